"""Reading the statutory tables: every value with its dates, reference and confidence, or it is not read at all."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from payroll.domain.statute import Place, Statute, Statutory
from payroll.domain.text import Text


class StatutoryTableInvalid(Exception):
    """A statutory table ships a value without dates, reference or confidence, or two values for one day."""


@cache
def statutory() -> Statutory:
    """Read the tables that come with the product."""
    folder = files("payroll.statutory") / "tables"
    statutes = [
        statute
        for name in ("minimum_wages.yaml", "deductions.yaml", "sick_pay.yaml")
        for statute in read_statutes((folder / name).read_text(encoding="utf-8"))
    ]
    return Statutory(_places((folder / "places.yaml").read_text(encoding="utf-8")), statutes)


def read_statutes(text: str) -> list[Statute]:
    """Read one table from its YAML text, in which every scalar is text.

    Raises StatutoryTableInvalid for a row that is incomplete or stands beside another for the same day.
    """
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.BaseLoader)
    statutes = [_statute(row) for row in rows]
    for one in statutes:
        for other in statutes:
            if one is not other and (one.name, one.place) == (other.name, other.place) and _overlap(one, other):
                raise StatutoryTableInvalid(f"{one.name} of {one.place}: two values on {other.valid_from}")
    return statutes


def _statute(row: Mapping[str, Any]) -> Statute:
    try:
        return Statute(
            name=row["name"],
            place=row["place"],
            value={"yes": True, "no": False}[row["value"]] if row["value"] in ("yes", "no") else Decimal(row["value"]),
            valid_from=date.fromisoformat(row["from"]),
            valid_to=date.fromisoformat(row["to"]) if "to" in row else None,
            reference=Text(row["reference"]["zh"], row["reference"]["en"]),
            confidence=row["confidence"],
            url=row.get("url"),
            open_question=Text(row["open"]["zh"], row["open"]["en"]) if "open" in row else None,
        )
    except (KeyError, ArithmeticError, ValueError) as error:
        raise StatutoryTableInvalid(f"{dict(row)}: {error!r}") from error


def _overlap(one: Statute, other: Statute) -> bool:
    """Tell whether `other` begins while `one` is in force."""
    return one.valid_from <= other.valid_from and (one.valid_to is None or other.valid_from <= one.valid_to)


def _places(text: str) -> list[Place]:
    rows: list[Mapping[str, Any]] = yaml.load(text, Loader=yaml.BaseLoader)
    return [
        Place(
            code=row["code"],
            title=Text(row["zh"], row["en"]),
            within=row.get("within"),
            spellings=frozenset(s.lower() for s in (row["code"], row["zh"], row["en"], *row["spellings"])),
        )
        for row in rows
    ]
