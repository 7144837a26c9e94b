"""What formulas may know of one person's month: terms, measures, and the fact they look at."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from payroll.domain.facts import NOTHING, Fact, Value
from payroll.domain.text import Text

# what can be measured of a month: how often a type of fact happened (field None), or what one of its fields adds up to
Measure: TypeAlias = tuple[str, str | None]


class CannotPrice(Exception):
    """A clause could not be applied to a fact; the payslip says so and is not issued."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


class Month:
    """What the formulas may know of one person's month besides the fact itself; measures are added up once.

    `terms` are values by name, or why a value is not known. With `sums` the measures are already added up, and
    `facts` are not asked.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        terms: Mapping[str, Decimal | Text],
        sums: Mapping[Measure, Decimal] | None = None,
    ) -> None:
        self.terms = dict(terms)
        self.memo: dict[object, Value] = {}
        self._sums = sums
        self._by_type: dict[str, list[Fact]] = {}
        for fact in facts:
            found = self._by_type.get(fact.type)
            if found is None:
                self._by_type[fact.type] = [fact]
            else:
                found.append(fact)

    def measure(self, measure: Measure) -> Decimal:
        """Tell how often something happened, or what a field of it adds up to.

        A sale that was passed on counts for who took it over and against who gave it up; a refund of a sale from
        before the shop's records began counts for nobody.
        """
        if self._sums is not None:
            return self._sums.get(measure, NOTHING)
        value = self.memo.get(measure)
        if value is None:
            value = self.memo[measure] = self._added_up(*measure)
        assert isinstance(value, Decimal)
        return value

    def _added_up(self, type: str, name: str | None) -> Decimal:
        facts = self._by_type.get(type, ())
        if name is None:
            return Decimal(sum(f.occurrences for f in facts if not f.gives_up))
        total = NOTHING
        for fact in facts:
            value = fact.fields.get(name, NOTHING)
            if isinstance(value, Decimal) and (fact.sale is not None or not fact.historical):
                total = total - value if fact.gives_up else total + value
        return total

    def term(self, name: str, title: Text) -> Decimal:
        """Tell a term of pay. Raises CannotPrice saying why it is not known."""
        value = self.terms.get(name)
        if isinstance(value, Decimal):
            return value
        if value is None:
            raise CannotPrice(Text(f"没有登记：{title.zh}", f"not recorded: {title.en}"))
        raise CannotPrice(value)


class Scope:
    """What one evaluation reads: the month, the fact's fields, and which occurrence of the window it is."""

    __slots__ = ("fields", "month", "nth")

    def __init__(self, month: Month, fields: Mapping[str, Value], nth: int) -> None:
        self.month = month
        self.fields = fields
        self.nth = nth
