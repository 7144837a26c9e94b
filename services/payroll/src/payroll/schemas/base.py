"""Words that several bodies share."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$"),
    Field(description="工号", examples=["A001"]),
]
EmployeeNo = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]+$", description="工号")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]+$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="year and month", examples=["2026-05"])]
Money = Annotated[Decimal, Field(max_digits=12, decimal_places=2, description="CNY")]


class Asked(BaseModel):
    """A request body; a field it does not know is refused, since it would be silently lost."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(BaseModel):
    """One wording in both languages."""

    zh: str
    en: str


class Recorded(BaseModel):
    """Something was recorded under this id."""

    id: UUID
