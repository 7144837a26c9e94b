"""What people did, and what must come of it: planned from a seed and added up with the standard library alone.

Nothing here is shared with the product. An act is one or several requests of one person; `told` says what stands in
the end because of it, as (type, whom or what it concerns, measure). What is announced meanwhile and revoked again
depends on when a worker looks, and leaves nothing that stands.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

SERVICES_OF_PEOPLE = ("orders", "service_desk", "inventory", "payroll")
CHINA = timezone(timedelta(hours=8))
SHOP, HOUSE = "faults", "main"
SELLERS = tuple(f"S{n:02}" for n in range(20))
AGENTS = tuple(f"C{n:02}" for n in range(6))
BLAMED = tuple(f"D{n:02}" for n in range(6))
KEEPER, BOSS, HR, FINANCE = "K01", "B01", "B02", "B03"
SOLD = tuple(f"T{n:02}" for n in range(12))
STORED = tuple(f"R{n:02}" for n in range(40))
PLENTY = 1_000_000
BASE = Decimal("4000.00")
RATE = Decimal("0.01")  # night-shop-5 version 1: 1 % of every completed order (catalogue B 4.7)
CHARGE = {1: Decimal("200.00"), 3: Decimal("100.00")}  # by score: A-004-1.20c, A-004-1.20b
NOTHING = Decimal(0)
DAYS = 20
Told = tuple[str, str, Decimal]
Found = dict[tuple[str, str], tuple[int, Decimal]]


def month_before(day: date, months: int = 1) -> date:
    """Give the first day of the month that lies `months` before."""
    for _ in range(months):
        day = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    return day


@dataclass(frozen=True, slots=True)
class Call:
    """A request; `{stocktake_id}` in its path is what the request before answered."""

    service: str
    path: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, how many events it makes about, and what stands because of it."""

    number: int
    calls: Sequence[Call]
    events: int
    told: Sequence[Told]


@dataclass
class Books:
    """Acts planned from a seed until they make so many events."""

    seed: int
    events: int
    today: date
    acts: list[Act] = field(default_factory=list)
    chat_days: set[tuple[str, int]] = field(default_factory=set)
    made: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        draw, planned = random.Random(self.seed), 0
        kinds: dict[Callable[[int], tuple[Sequence[Call], int, Sequence[Told]]], int] = {
            self._order: 50, self._chat: 12, self._review: 10, self._return: 8, self._receipt: 7, self._duties: 6,
            self._stocktake: 3,
        }  # fmt: skip
        while planned < self.events:
            [kind] = draw.choices(list(kinds), weights=list(kinds.values()))
            number = self.made[kind.__name__]
            self.made[kind.__name__] += 1
            act = Act(len(self.acts), *kind(number))
            self.acts.append(act)
            planned += act.events

    @property
    def month(self) -> date:
        """The month that is paid: the last one that is over."""
        return month_before(self.today)

    @property
    def crew(self) -> tuple[str, ...]:
        """Who is rostered and punches; in a long run more people, so that months suffice."""
        return tuple(f"P{n:02}" for n in range(12 if self.events < 20_000 else 60))

    @property
    def people(self) -> tuple[str, ...]:
        return (*SELLERS, *AGENTS, *BLAMED, *self.crew, KEEPER, BOSS, HR, FINANCE)

    def at(self, day: int, hour: int, second: int = 0) -> datetime:
        """Give an instant of the month; a day after its last is one of the next month."""
        start = datetime(self.month.year, self.month.month, 1, hour, tzinfo=CHINA)
        return start + timedelta(days=day - 1, seconds=second)

    def _order(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        amount, seller, sku = Decimal(10 + number * 7 % 9973), SELLERS[number % 20], SOLD[number % 12]
        placed = self.at(1 + number % 20, 10, number % 3000)
        steps = {"paid": timedelta(minutes=10), "shipped": timedelta(hours=20), "completed": timedelta(days=3)}
        body: dict[str, Any] = {
            "shop": SHOP,
            "order_no": f"N{number:06}",
            "placed_at": placed.isoformat(),
            "sellers": [{"employee_no": seller}],
            "lines": [{"line_no": 1, "sku": sku, "unit_price": str(amount)}],
        }
        if number % 4:  # reported whole, as a shop's system does at night
            calls = [Call("orders", "/orders", body | {f"{s}_at": (placed + d).isoformat() for s, d in steps.items()})]
        else:
            calls = [Call("orders", "/orders", body)]
            calls += [
                Call("orders", f"/orders/{SHOP}/{body['order_no']}/{s}", {"at": (placed + d).isoformat()})
                for s, d in steps.items()
            ]
        told = [(f"order.{step}", seller, amount) for step in ("created", *steps)]
        told += [("stock", sku, Decimal(-1)), ("order learnt by service_desk", "", NOTHING)]
        if number % 7 == 0:
            refund = {"shop": SHOP, "refund_no": f"F{number:06}", "order_no": body["order_no"], "amount": "5.00"}
            refund["executed_at"] = (placed + timedelta(days=4)).isoformat()
            calls.append(Call("orders", "/refunds/executed", refund))
            told.append(("refund.executed", seller, Decimal("5.00")))
        return calls, 5 + (number % 7 == 0), told

    def _duties(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        who, months = self.crew[number % len(self.crew)], 1 + number // len(self.crew)
        first = month_before(self.today, months)
        days = [first + timedelta(days=n) for n in range(DAYS)]
        punches: list[dict[str, str]] = []
        told: list[Told] = []
        for place, day in enumerate(days):
            late = 5 + number % 30 if place % 5 == 1 else 0
            came = datetime(day.year, day.month, day.day, 8, 30, tzinfo=CHINA) + timedelta(minutes=late or -10)
            punches.append({"employee_no": who, "at": came.isoformat()})
            told += [("attendance.day_evaluated", who, NOTHING), ("shift.published", who, NOTHING)]
            if late:
                told.append(("attendance.late", who, Decimal(late)))
            if place % 9 == 3:
                told.append(("attendance.punch_missing", who, NOTHING))
            else:
                punches.append({"employee_no": who, "at": came.replace(hour=17, minute=40).isoformat()})
        roster = [{"employee_no": who, "day": day.isoformat(), "shift": "day"} for day in days]
        publish = {"first_day": days[0].isoformat(), "last_day": days[-1].isoformat(), "employee_nos": [who]}
        punched = Call("attendance", "/punches", {"punches": punches})
        planned = [Call("attendance", "/roster", {"entries": roster}), Call("attendance", "/roster/publish", publish)]
        return ([punched, *planned] if number % 2 else [*planned, punched]), len(told), told

    def _receipt(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        lines = [(STORED[(number + n) % 40], 1 + (number + n) % 9) for n in range(25)]
        body = {
            "warehouse": HOUSE,
            "document_no": f"RK{number:06}",
            "lines": [{"sku": sku, "quantity": str(quantity)} for sku, quantity in lines],
            "at": self.at(2, 9, number % 3000).isoformat(),
        }
        return [Call("inventory", "/receipts", body)], 25, [("stock", sku, Decimal(n)) for sku, n in lines]

    def _return(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        sku = SOLD[number % 12]
        body = {
            "shop": SHOP,
            "return_no": f"RT{number:06}",
            "order_no": f"N{number:06}",
            "sku": sku,
            "quantity": "1",
            "grade": "sellable",
            "disposition": "stock",
            "warehouse": HOUSE,
            "at": self.at(27, 9, number % 3000).isoformat(),
        }
        told = [("stock", sku, Decimal(1)), ("return learnt by orders", "", Decimal(1))]
        return [Call("inventory", "/returns", body)], 2, told

    def _review(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        score, who, day = (1 if number % 3 else 3), BLAMED[number % 6], 1 + number % 25
        body = {
            "shop": SHOP,
            "review_no": f"V{number:06}",
            "score": score,
            "written_at": self.at(day, 10, number % 3000).isoformat(),
            "answered_at": self.at(day, 12, number % 3000).isoformat(),
            "responsible": [{"employee_no": who}],
        }
        kind = "review.negative" if score == 1 else "review.neutral"
        told = [(kind, who, NOTHING), ("deduction.assessed", who, CHARGE[score])]
        return [Call("service_desk", "/reviews", body)], 2, told

    def _chat(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        agent, day, waited = AGENTS[number % 6], 1 + number % 25, 200 + number % 50
        asked = self.at(day, 10, number % 3000)
        messages = [
            {"message_no": "1", "sent_at": asked.isoformat(), "sender": "customer"},
            {"message_no": "2", "sent_at": (asked + timedelta(seconds=waited)).isoformat(), "sender": "agent"},
        ]
        head = {"shop": SHOP, "chat_no": f"Q{number:06}", "buyer": f"buyer-{number}", "employee_no": agent}
        told = [(f"chat.{kind}", agent, Decimal(waited)) for kind in ("greeting_late", "reply_overdue")]
        told.append(("inquiry.counted", agent, NOTHING))
        if (agent, day) not in self.chat_days:
            self.chat_days.add((agent, day))
            told.append(("chat.day_closed", agent, NOTHING))
        told.append(("chats of closed days", agent, Decimal(1)))
        return [Call("service_desk", "/chats", head | {"messages": messages})], 4, told

    def _stocktake(self, number: int) -> tuple[Sequence[Call], int, Sequence[Told]]:
        house, sku = f"count-{number:04}", "counted"
        lines = [{"sku": sku, "quantity": "10"}]
        when = [self.at(day, hour).isoformat() for day, hour in ((2, 9), (3, 17), (3, 18), (3, 20))]
        keeper = {"warehouse": house, "title": house, "keeper": KEEPER, "keeper_from": self.month.isoformat()}
        found = {"sku": sku, "outcome": "keeper", "finding": "nobody else was found"}
        begun, one = "/stocktakes/{stocktake_id}", {"sku": sku, "counted": "9", "counted_at": when[2]}
        calls = [
            Call("inventory", "/warehouses", keeper),
            Call("inventory", "/receipts", {"warehouse": house, "document_no": "1", "lines": lines, "at": when[0]}),
            Call("inventory", "/stocktakes", {"warehouse": house, "skus": [sku], "opened_at": when[1]}),
            Call("inventory", f"{begun}/counts", {"counts": [one], "counted_by": KEEPER}),
            Call("inventory", f"{begun}/findings", found),
            Call("inventory", f"{begun}/completed", {"completed_at": when[3]}),
        ]
        told = [("stock", sku, Decimal(9)), ("stocktake.completed", KEEPER, NOTHING)]
        return calls, 4, [*told, ("stock.mismatch", KEEPER, Decimal("10.00"))]

    def told(self) -> Iterator[Told]:
        """Say what stands when everything is done, of all acts and of what was set up."""
        for act in self.acts:
            yield from act.told
        yield from (("employee.hired", who, NOTHING) for who in self.people)
        yield from (("stock", sku, Decimal(PLENTY)) for sku in SOLD)

    def expected(self) -> Found:
        """Add up: by type and whom it concerns, how many and the sum of measures; and what everybody is paid."""
        counts: Counter[tuple[str, str]] = Counter()
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for kind, whom, measure in self.told():
            # what lies on a shelf and chats of a day are sums only: how many events they took depends on batches
            counts[kind, whom] += kind not in ("stock", "chats of closed days")
            sums[kind, whom] += measure
        for who in self.people:
            sold, back = sums.get(("order.completed", who), NOTHING), sums.get(("refund.executed", who), NOTHING)
            # amounts are whole yuan and refunds five of them, so that no order's commission is rounded
            counts["payslip.issued", who], sums["payslip.issued", who] = 1, BASE + (sold - back) * RATE
        return {key: (counts[key], sums[key]) for key in sums}
