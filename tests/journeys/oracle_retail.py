"""What the retail invoices must come to, calculated once more with nothing but the standard library.

Nothing here is shared with the product: file, rules and rounding are written down again, as plainly as can be.
"""

import csv
import gzip
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

CENT, NOTHING = Decimal("0.01"), Decimal("0.00")
ENGLAND = ZoneInfo("Europe/London")  # the shop's clock; British summer time ended on 2011-10-30
CHINA = ZoneInfo("Asia/Shanghai")  # the company's zone: business dates are its days (design: architecture.md)
RATE = Decimal("0.01")  # night-shop-5 version 1: 1 % of the net amount of every completed order (catalogue B 4.7)


@dataclass
class Order:
    """One invoice: the desk that sold it, when (its first line), and what its lines come to."""

    desk: str
    at: datetime
    net: Decimal = NOTHING


@dataclass
class Books:
    """Everything the file says."""

    lines: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    desks: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class Payslip:
    """A month of one desk; `orders` are (invoice, day, net amount, commission)."""

    base: Decimal = NOTHING
    orders: list[tuple[str, date, Decimal, Decimal]] = field(default_factory=list)

    @property
    def commission(self) -> Decimal:
        """Every order is rounded by itself, then they are added up (catalogue B 4)."""
        return sum((commission for *_, commission in self.orders), NOTHING)

    @property
    def net(self) -> Decimal:
        """Nothing is deducted: the returns of this file name no sale, so that no commission stands behind them."""
        return self.base + self.commission


def half_up(amount: Decimal) -> Decimal:
    """Round to the cent, half up (design: reliability.md, Money)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def desk_of(country: str) -> str:
    """Name the desk that serves a country; it is the employee who sold what went there."""
    return "desk-" + country.lower().replace(" ", "-")


def read(folder: Path) -> Books:
    """Read the invoices line by line."""
    books = Books()
    with gzip.open(folder / "invoices.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            books.lines += 1
            number, desk = line["InvoiceNo"], desk_of(line["Country"])
            quantity, price = Decimal(line["Quantity"]), Decimal(line["UnitPrice"])
            books.desks.setdefault(desk, NOTHING)
            if number.startswith("C"):  # returned: each line rounded, an invoice is one refund (data README)
                books.refunds[number] += half_up(-quantity * price)
            elif not number.isdigit():
                books.skipped["bad debt in the books"] += 1
            elif quantity < 0:
                books.skipped["breakage or correction of stock"] += 1
            else:  # every line is rounded by itself: that is the amount which stands on the invoice
                at = datetime.fromisoformat(line["InvoiceDate"]).replace(tzinfo=ENGLAND)
                books.orders.setdefault(number, Order(desk, at)).net += half_up(quantity * price)
    for place, desk in enumerate(sorted(books.desks)):
        books.desks[desk] = Decimal("3000.00") + place * Decimal("17.35")
    return books


def payslips(books: Books, year: int, month: int) -> dict[str, Payslip]:
    """Calculate the payslips of a month: every desk has a base salary and is employed all month."""
    found = {desk: Payslip(base) for desk, base in books.desks.items()}
    for number, order in books.orders.items():
        day = order.at.astimezone(CHINA).date()
        if (day.year, day.month) == (year, month) and order.net > 0:
            found[order.desk].orders.append((number, day, order.net, half_up(order.net * RATE)))
    return found
