"""What the routes of the import machine answer."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

State = Literal["received", "validating", "validated", "committing", "committed", "failed", "expired"]
"""`expired`: validated, but not committed in time; its rows are gone, what was refused can still be read."""


class Texts(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class ImportAccepted(BaseModel):
    """The upload is stored; ask for the import by its id."""

    id: UUID
    state: State


class Counts(BaseModel):
    """Rows read and skipped; records new, same, amended, refused: at first what they would be, then what they are.

    Refused rows that belong to no record that could be told count as one record each.
    """

    read: int = 0
    skipped: int = 0
    new: int = 0
    same: int = 0
    amended: int = 0
    refused: int = 0


class ImportSummary(BaseModel):
    """An import in a list."""

    id: UUID
    state: State
    profile: str
    files: list[str]
    counts: Counts
    created_by: str
    created_at: datetime
    changed_at: datetime


class Preview(BaseModel):
    """One of the first records, as it will be taken in; of its lines the first five."""

    kind: str
    key: str
    row: int
    verdict: str
    fields: dict[str, Any]
    lines: list[dict[str, Any]]
    line_count: int


class Refused(BaseModel):
    """A refused cell, row (no column) or record: where it stands in the file as a person sees it, and why."""

    file: str
    row: int
    kind: str
    key: str
    column: str
    value: str
    reason: Texts


class ImportDetail(ImportSummary):
    """An import with its first records, its first refusals, and the reason if it failed."""

    kinds: dict[str, Counts]
    progress: float
    preview: list[Preview]
    refusals: list[Refused]
    refusals_more: bool
    problem: Texts | None


class ShippedProfile(BaseModel):
    """A profile that comes with the service, and the parameters it wants with the upload."""

    name: str
    title: Texts
    parameters: list[str]
    kinds: list[str]
