"""What became of rows, as the import machine wants to know it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

from chassis.imports.kinds import Outcome, Record
from chassis.imports.refusing import Reason
from chassis.problems import Refusal

D = TypeVar("D")
Taken = Literal["new", "same", "amended"] | Refusal


def read(reader: Callable[[Record], D], records: Iterable[Record]) -> list[D | Refusal]:
    """Read each record; one that cannot be read is its refusal."""
    return [_read(reader, record) for record in records]


def _read(reader: Callable[[Record], D], record: Record) -> D | Refusal:
    try:
        return reader(record)
    except Refusal as refusal:
        return refusal


def readable(drafts: Iterable[D | Refusal]) -> list[D]:
    """Leave out what could not be read."""
    return [draft for draft in drafts if not isinstance(draft, Refusal)]


def outcomes(drafts: Sequence[D | Refusal], taken: Iterable[Taken]) -> list[Outcome]:
    """Tell what became of all records, `taken` being what became of the readable ones, in their order."""
    following: Iterator[Taken] = iter(taken)
    return [outcome(draft if isinstance(draft, Refusal) else next(following)) for draft in drafts]


def outcome(taken: Taken) -> Outcome:
    """Tell what became of one record."""
    if isinstance(taken, Refusal):
        return Outcome("refused", Reason(taken.detail_zh, taken.detail), taken.field or "")
    return Outcome(taken)
