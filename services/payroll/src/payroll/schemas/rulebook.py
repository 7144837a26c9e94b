"""Bodies about the rulebook."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from payroll.schemas.base import Asked, Bilingual, Name


class VersionDraft(Asked):
    """A version of the rulebook: a shipped pack (or the company's own text of it), with changed parameters."""

    pack: Annotated[Name, Field(examples=["night-shop-5"])]
    pack_version: Annotated[int, Field(ge=1)]
    in_force_from: date
    parameters: Annotated[
        dict[Name, dict[Name, Name | dict[Name, Name] | None]],
        Field(
            default_factory=dict,
            description="clause id -> parameter -> value as written in a pack",
            examples=[{"B-05.R2.1": {"rate": "1 %"}}],
        ),
    ]
    content: Annotated[str | None, Field(max_length=500_000, description="a pack; none: the shipped text")] = None


class RulebookVersion(BaseModel):
    """A version of the rulebook: a draft is linted, since it is saved only without faults; signed, it prices."""

    id: UUID
    state: Literal["linted", "signed"]
    pack: str
    number: int
    pack_version: int
    in_force_from: date
    changes: dict[str, Any]
    warnings: list[Bilingual]
    author: str
    drafted_at: datetime
    signed_by: str | None
    signed_at: datetime | None


class RulebookText(RulebookVersion):
    """A version with the whole text it was made of."""

    content: str


class RulebookVersions(BaseModel):
    """Every version of the rulebook."""

    items: list[RulebookVersion]


class Pack(BaseModel):
    """A pack that the product ships."""

    pack: str
    title: Bilingual
    versions: list[int]
    content: str


class Packs(BaseModel):
    """The packs that the product ships."""

    items: list[Pack]
