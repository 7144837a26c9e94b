"""Several rows into one record: how the values of a field merge."""

from collections.abc import Callable
from decimal import Decimal

from chassis.imports.converting import Staged
from chassis.imports.kinds import Amount, FieldType

Fold = Callable[[Staged, Staged], Staged]


def folder(across: str, field: FieldType) -> Fold:
    """Make the function that merges the values of a field from two rows of one record, in row order."""

    def merge(before: Staged, after: Staged) -> Staged:
        if before is None or after is None:
            return after if before is None else before
        if across == "first":
            return before
        if across == "last":
            return after
        if across == "sum":
            return before + after if isinstance(before, int) and isinstance(after, int) else _sum(before, after)
        # dates are staged so that they sort as text
        rank: Callable[[Staged], object] = Decimal if isinstance(field, Amount) else (lambda value: value)  # type: ignore[assignment]
        return (min if across == "least" else max)((before, after), key=rank)  # type: ignore[arg-type]

    return merge


def _sum(before: Staged, after: Staged) -> str:
    return str(Decimal(str(before)) + Decimal(str(after)))
