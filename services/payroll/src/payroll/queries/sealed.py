"""A seal as it was recorded from a producer's stream."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import asyncpg

from payroll.domain.closing import Sealed, Total


class FromStream(NamedTuple):
    """A seal with the measure of each type in it, and the types that payroll records as facts."""

    seal: Sealed
    measures: Mapping[str, str]
    counted: Sequence[str]


def sealed_of(row: asyncpg.Record) -> FromStream:
    """Read a row of producer_seals."""
    totals = json.loads(row["totals"])
    return FromStream(
        Sealed(
            event_id=row["event_id"],
            position=row["sealed_at_position"],
            chain=row["chain"],
            totals={said["type"]: total_of(said) for said in totals},
            sealed_at=row["sealed_at"],
            sealed_by=row["sealed_by"],
            sealed_chain=row["announced_chain"],
        ),
        {said["type"]: said["measure"] for said in totals if said["measure"] is not None},
        json.loads(row["counted"]),
    )


def total_of(said: Mapping[str, str | int | None]) -> Total:
    """Read one control total as the contract writes it."""
    summed = said.get("sum")
    return Total(int(said["count"] or 0), Decimal(summed) if summed is not None else None)
