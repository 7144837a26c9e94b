"""What the Olist files must come to, calculated once more with nothing but the standard library.

Nothing here is shared with the product: files, rules and rounding are written down again, as plainly as can be.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")
BRAZIL = ZoneInfo("America/Sao_Paulo")  # the files' naive times (data README); summer time began on 2017-10-15
CHINA = ZoneInfo("Asia/Shanghai")  # the company's zone: business dates are its days (design: architecture.md)
RATE = Decimal("0.01")  # night-shop-5 version 1: 1 % of the net amount of every completed order (catalogue B 4.7)

# 004 (catalogue A) is agreed with everybody from the first day on, but for the two months paid by night-shop-5
SALES_FROM, SALES_UNTIL = date(2017, 10, 1), date(2017, 12, 1)
NEUTRAL, NEGATIVE, UNANSWERED = "A-004-1.20b", "A-004-1.20c", "A-004-1.19b"
CHARGES = {NEUTRAL: 100, NEGATIVE: 200, UNANSWERED: 50}

# data README: canceled and unavailable are cancelled orders, delivered completed ones; the rest is on its way
STATES = {
    "created": "created",
    "approved": "paid",
    "processing": "paid",
    "invoiced": "paid",
    "shipped": "paid",
    "delivered": "completed",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}


@dataclass
class Person:
    """One seller, with terms that follow from the place in the sorted list of sellers."""

    employee_no: str
    hire_date: date
    base_salary: Decimal


@dataclass
class Review:
    """One review of the files; `sellers` answer for it, in the order of the order's items."""

    score: int
    order_no: str
    written_at: datetime
    answered_at: datetime
    sellers: list[str]

    @property
    def grade(self) -> str | None:
        """Scores 1-2 are negative, 3 is neutral (data README)."""
        return "negative" if self.score <= 2 else "neutral" if self.score == 3 else None

    @property
    def unanswered_at(self) -> datetime | None:
        """Tell when a negative review had gone without its public answer for 24 hours (A-004-1.19b)."""
        due = self.written_at.astimezone(UTC) + timedelta(hours=24)
        return due if self.grade == "negative" and self.answered_at > due else None


@dataclass
class Payslip:
    """A month of one person; `orders` are (order number, day, this person's net amount, commission)."""

    base: Decimal = Decimal("0.00")
    orders: list[tuple[str, date, Decimal, Decimal]] = field(default_factory=list)

    @property
    def commission(self) -> Decimal:
        """Every order is rounded by itself, then they are added up (catalogue B 4)."""
        return sum((commission for *_, commission in self.orders), Decimal("0.00"))

    @property
    def net(self) -> Decimal:
        """Nothing is deducted in these months."""
        return self.base + self.commission


@dataclass
class Order:
    """One order of the files: its state, when it was completed, what each seller sold of it."""

    state: str
    completed_at: datetime | None
    shares: dict[str, Decimal]


def half_up(amount: Decimal) -> Decimal:
    """Round to the cent, half up (design: reliability.md, Money)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime | None:
    """Read a local time of the files; an hour that summer time skips counts by the offset before the change."""
    return datetime.fromisoformat(text).replace(tzinfo=BRAZIL) if text else None


@dataclass
class Books:
    """Everything the files say."""

    lines_of_orders: int
    orders: dict[str, Order]
    refused: dict[str, str]
    staff: list[Person]


def read(folder: Path) -> Books:
    """Read the files as the profile's comment says, and tell which orders must be refused, by the field to blame."""
    items = defaultdict(list)
    for item in rows(folder / "order_items.csv"):
        items[item["order_id"]].append(item)
    orders: dict[str, Order] = {}
    refused: dict[str, str] = {}
    lines = rows(folder / "orders.csv")
    for line in lines:
        # Who sold it: the seller of each item; an item is one piece, and freight is nobody's sale. Prices have whole
        # cents, and every item has one seller, so that no cent has to be split here.
        shares: dict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
        for item in items[line["order_id"]]:
            shares[item["seller_id"]] += half_up(Decimal(item["price"]))
        placed = moment(line["order_purchase_timestamp"])
        paid = moment(line["order_approved_at"])
        # the commission's day is the delivery; where none is named, the last time that is
        delivered = (
            moment(line["order_delivered_customer_date"]) or moment(line["order_delivered_carrier_date"]) or paid
        )
        state = STATES[line["order_status"]]
        completed = delivered if state == "completed" else None
        assert placed is not None
        if state == "completed" and completed is None:
            refused[line["order_id"]] = "completed_at"  # no day, no month to pay it in
        elif completed is not None and completed < placed:
            refused[line["order_id"]] = "completed_at"
        elif paid is not None and paid < placed and state != "created":
            refused[line["order_id"]] = "paid_at"
        else:
            orders[line["order_id"]] = Order(state, completed, dict(shares))
    sellers = sorted({item["seller_id"] for group in items.values() for item in group})
    return Books(len(lines), orders, refused, [_person(place, seller) for place, seller in enumerate(sellers)])


def _person(place: int, seller: str) -> Person:
    """Agree terms: every seventh is paid by commission only, every eleventh joined on 17 October 2017."""
    base = Decimal("0.00") if place % 7 == 0 else Decimal(2800) + place + Decimal(place % 100) / 100
    return Person(seller, date(2017, 10, 17) if place % 11 == 5 else date(2016, 1, 4), base)


def payslips(books: Books, year: int, month: int) -> dict[str, Payslip]:
    """Calculate the payslips of a month: everybody who is paid anything."""
    first = date(year, month, 1)
    days = (date(year + month // 12, month % 12 + 1, 1) - first).days
    last = date(year, month, days)
    found: dict[str, Payslip] = defaultdict(Payslip)
    for person in books.staff:
        if person.base_salary and person.hire_date <= last:
            # part months: calendar days under these terms / days of the month (payroll's rule; no law fixes one)
            employed = (last - max(first, person.hire_date)).days + 1
            found[person.employee_no].base = half_up(person.base_salary * employed / days)
    for order_no, order in books.orders.items():
        if order.completed_at is None:
            continue
        day = order.completed_at.astimezone(CHINA).date()
        for seller, share in order.shares.items():
            if first <= day <= last and share > 0:
                found[seller].orders.append((order_no, day, share, half_up(share * RATE)))
    return dict(found)


def reviews(books: Books, folder: Path) -> tuple[dict[str, Review], set[str]]:
    """Read the reviews; a number that the file gives to several different ones is refused, with all of them."""
    lines = defaultdict(list)
    for line in rows(folder / "order_reviews.csv"):
        lines[line["review_id"]].append(line)
    found = {}
    for number, group in lines.items():
        line, written_at = group[0], moment(group[0]["review_creation_date"])
        answered_at = moment(line["review_answer_timestamp"])
        assert written_at is not None
        assert answered_at is not None
        if all(other == line for other in group):
            order = books.orders.get(line["order_id"])  # of an order that was refused nobody knows the sellers
            sellers = list(order.shares) if order else []
            found[number] = Review(int(line["review_score"]), line["order_id"], written_at, answered_at, sellers)
    return found, lines.keys() - found.keys()


def deductions(found: dict[str, Review]) -> dict[tuple[str, str, str], list[Decimal]]:
    """Calculate what 004 charges, by seller, month and clause: one amount a review, the smallest first.

    Who answers for a neutral review pays 100 CNY, for a negative one 200; several share it alike, and a cent that is
    left goes to whoever is listed first (catalogue A C-45, B 4.7). Of a negative one without an answer in 24 hours the
    first listed pays 50 more, on the day the 24 hours were over. Days are the company's.
    """
    charged: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)

    def charge(who: str, at: datetime, clause: str, cents: int) -> None:
        day = at.astimezone(CHINA).date()
        if not SALES_FROM <= day < SALES_UNTIL:
            charged[who, f"{day:%Y-%m}", clause].append(-Decimal(cents) / 100)

    for review in found.values():
        count = len(review.sellers)
        for place, seller in enumerate(review.sellers if review.grade else ()):
            clause = NEGATIVE if review.grade == "negative" else NEUTRAL
            whole = CHARGES[clause] * 100
            charge(seller, review.written_at, clause, whole // count + (place < whole % count))
        if review.unanswered_at is not None and review.sellers:
            charge(review.sellers[0], review.unanswered_at, UNANSWERED, CHARGES[UNANSWERED] * 100)
    return {key: sorted(amounts) for key, amounts in charged.items()}
