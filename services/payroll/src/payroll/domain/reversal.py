"""Taking back what a sale earned when its money goes back, or the sale passes to another seller: at the original rate.

Of a sale that earned E (exactly X before rounding) on an amount A, the refunds R so far take back
X x R / A to the cent, never more than E, and exactly E when R reaches A. Each refund takes the difference to what
was taken before, so several partial refunds of one order end at the cent where one full refund would.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from payroll.domain.assessment import Assessed
from payroll.domain.clause import Clause
from payroll.domain.facts import Fact
from payroll.domain.line import Entry
from payroll.domain.money import CONTEXT, ZERO, cents
from payroll.domain.text import Text


class Earned(NamedTuple):
    """What a sale earned one person under one clause in earlier periods, and how much of it was given back there."""

    clause: Clause
    amount: Decimal
    exact: Decimal
    result: Decimal
    given_back: Decimal = ZERO


@dataclass(slots=True)
class Reversal:
    """What goes back under one clause in one version."""

    clause: Clause
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Reversals:
    """Everything one person gives back this month, and the refunds that took nothing back."""

    by_clause: dict[tuple[str, str], Reversal] = field(default_factory=dict)
    without_effect: list[Fact] = field(default_factory=list)


@dataclass(slots=True)
class _Sale:
    clause: Clause
    amount: Decimal = ZERO
    exact: Decimal = ZERO
    result: Decimal = ZERO
    given_back: Decimal = ZERO
    taken: Decimal = ZERO

    def earn(self, earned: Earned) -> None:
        """Join what the sale earned again: it was sold, passed on, and passed back."""
        self.amount += earned.amount
        self.exact += earned.exact
        self.result += earned.result

    def take_back(self, amount: Decimal) -> Decimal:
        """Take back for one more refund; what earlier ones took is not taken twice."""
        self.given_back += amount
        if self.given_back >= self.amount:
            due = self.result
        else:
            due = min(self.result, cents(CONTEXT.divide(self.exact * self.given_back, self.amount)))
        more = max(ZERO, due - self.taken)
        self.taken += more
        return more


def take_back(facts: Iterable[Fact], assessed: Assessed, originals: Mapping[UUID, Iterable[Earned]]) -> Reversals:
    """Work out what refunds and assignments of one person's month take back, by clause and version.

    `facts` are in order. A refund is held against what its sale earned this month and, by `originals`, before. One
    with no sale behind it (taken over from before), or whose sale earned this person nothing, takes nothing back.
    """
    reversals = Reversals()
    pointing = [f for f in facts if f.sale is not f.event_id and f.sale != f.event_id and (f.sale or f.historical)]
    sales = _sales(assessed, originals, {fact.sale for fact in pointing}) if pointing else {}
    for fact in pointing:
        touched = _touched(sales, fact)
        for sold in touched:
            _take(reversals, sold, fact)
        if not touched and fact.type == "refund.executed":
            reversals.without_effect.append(fact)
    return reversals


def _touched(sales: Mapping[UUID, Mapping[str, _Sale]], fact: Fact) -> list[_Sale]:
    """Find what a fact takes back from: the sale's earnings under clauses that name the fact's type."""
    if fact.sale is None:
        return []
    return [
        sold
        for sold in sales.get(fact.sale, {}).values()
        if fact.type in sold.clause.reversed_by or (fact.gives_up and fact.type == sold.clause.moved_by)
    ]


def _sales(
    assessed: Assessed, originals: Mapping[UUID, Iterable[Earned]], wanted: set[UUID | None]
) -> dict[UUID, dict[str, _Sale]]:
    """Gather what each wanted sale earned under each clause; earlier periods first, so that they name the line."""
    sales: dict[UUID, dict[str, _Sale]] = {}
    for sale, earlier in originals.items():
        for earned in earlier if sale in wanted else ():
            _sold(sales, sale, earned.clause).earn(earned)
        for earned in earlier if sale in wanted else ():
            _sold(sales, sale, earned.clause).take_back(earned.given_back)
    for assessment in assessed.by_clause.values():
        clause = assessment.clause
        if clause.reversed_by or clause.moved_by:
            for entry in assessment.entries:
                if entry.sale is not None and entry.sale in wanted:
                    _sold(sales, entry.sale, clause).earn(Earned(clause, entry.amount, entry.exact, entry.result))
    return sales


def _sold(sales: dict[UUID, dict[str, _Sale]], sale: UUID, clause: Clause) -> _Sale:
    under = sales.setdefault(sale, {})
    if clause.id not in under:
        under[clause.id] = _Sale(clause)
    return under[clause.id]


def _take(reversals: Reversals, sold: _Sale, fact: Fact) -> None:
    clause, rate = sold.clause, original_rate(sold.exact, sold.amount)
    taken = sold.take_back(fact.amount)
    reversal = reversals.by_clause.setdefault((clause.id, clause.version), Reversal(clause))
    text = Text(
        f"退回 {{amount}} × 原比例 {rate} = {{result}}",
        f"gave back {{amount}} × original rate {rate} = {{result}}",
    )
    reversal.entries.append(
        Entry(fact.event_id, fact.about, fact.business_date, fact.amount, -taken, -taken, fact.sale, text)
    )


def original_rate(exact: Decimal, amount: Decimal) -> str:
    """Write the rate at which a sale earned, e.g. `1.5 %`."""
    percent = CONTEXT.divide(exact * 100, amount) if amount else ZERO
    rounded = percent.quantize(Decimal("0.0001"), context=CONTEXT).normalize()
    return f"{rounded:f} %"
