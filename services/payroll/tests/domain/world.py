"""Small words for tests of the calculation."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from payroll.domain.clause import Rulebook
from payroll.domain.decisions import Decision, Outcome
from payroll.domain.facts import Fact, LossCase, Value
from payroll.domain.line import Line
from payroll.domain.payslip import Payslip
from payroll.domain.terms import Person, Terms
from payroll.rulebook.lint import Changes, version_of
from payroll.rulebook.load import read_pack, shipped

SIGNED = datetime(2026, 1, 1, tzinfo=UTC)
PACKS = {name: read_pack(text) for name, text in shipped().items()}


def book(*versions: tuple[int, str], changes: Changes | None = None, pack: str = "night-shop-5") -> Rulebook:
    """Adopt versions of a pack: (pack version, in force from)."""
    return Rulebook(
        version_of(PACKS[pack], v, changes or {}, number=n, in_force_from=date.fromisoformat(day), signed_at=SIGNED)
        for n, (v, day) in enumerate(versions, start=1)
    )


FLAT = book((1, "2026-01-01"))
DEPARTMENT = book((1, "2026-01-01"), pack="ecommerce-department")
SHOP = book((3, "2026-01-01"))


def fact(number: int, amount: str | Decimal, who: str = "A", day: str = "2026-05-10", **more: Any) -> Fact:
    """A completed order, its own sale, unless said otherwise."""
    type = more.pop("type", "order.completed")
    id = UUID(int=number)
    more.setdefault("sale", id if type == "order.completed" else None)
    on = date.fromisoformat(day)
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return Fact(id, type, who, on, at, f"店/{number}", {"amount": Decimal(amount)}, **more)


def event(type: str, number: int, who: str = "A", day: str = "2026-05-10", **fields: Value) -> Fact:
    """Something of any type that happened to somebody, with its fields as the contracts have them."""
    on = date.fromisoformat(day)
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return Fact(UUID(int=number), type, who, on, at, f"{type}/{number}", fields)


def revoked(number: int, by: int, type: str, who: str = "A", day: str = "2026-05-20") -> Fact:
    """The revocation, numbered `by`, of an event."""
    return event(type, by, who, day)._replace(revokes=UUID(int=number))


def decided(
    clause: str, about: int | str, outcome: Outcome, amount: str | None = None, *, who: str = "A", **more: Any
) -> Decision:
    """A decision on a proposal, about an event by its number or a window by its name."""
    event_id, window = (UUID(int=about), None) if isinstance(about, int) else (None, about)
    at = datetime.fromisoformat(more.pop("at", "2026-05-28T10:00:00+08:00"))
    reduced = Decimal(amount) if amount else None
    told = more.pop("noticed_on", date(2026, 5, 11))
    return Decision(who, clause, event_id, window, outcome, reduced, "boss", at, "理由", noticed_on=told, **more)


def refund(number: int, sale: int | None, amount: str | Decimal, who: str = "A", **more: Any) -> Fact:
    """A refund of a sale."""
    of = UUID(int=sale) if sale is not None else None
    return fact(number, amount, who, type="refund.executed", sale=of, **more)


def assigned(number: int, sale: int, amount: str, who: str, *, gives_up: bool, **more: Any) -> Fact:
    """One side of a sale passing to another seller."""
    return fact(number, amount, who, type="order.operator_assigned", sale=UUID(int=sale), gives_up=gives_up, **more)


def person(base: str = "0", who: str = "A", **more: Any) -> Person:
    """Somebody in Shanghai on a base salary."""
    defaults: dict[str, Any] = {"work_place": "上海", "hire_date": date(2020, 1, 1)}
    return Person(who, who, terms=(Terms(date(2020, 1, 1), 1, Decimal(base)),), **(defaults | more))


def loss(number: int, amount: str, day: str = "2026-05-06", noticed: str = "2026-05-01", who: str = "A") -> LossCase:
    """A loss by a pricing mistake."""
    on = date.fromisoformat(day)
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    told = date.fromisoformat(noticed)
    return LossCase(UUID(int=number), who, "B-05.D1.1", Decimal(amount), "改价", "记录", told, on, at, "hr")


def line(payslip: Payslip, kind: str) -> Line:
    """The one line of a kind."""
    [found] = [line for line in payslip.lines if line.kind == kind]
    return found
