"""Reviews: how bad one is, who answers for it, and until when it must be answered publicly."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from service_desk.domain.errors import PartiesUnreadable, PartyListedTwice

Grade = Literal["negative", "neutral", "positive"]


class Responsible(NamedTuple):
    """One of the people responsible for what a review complains of; weights are integers so that thirds are exact."""

    employee_no: str
    weight: int = 1


Parties = tuple[Responsible, ...]

_ONE = re.compile(r"([^\s,;，；、:：*]{1,64})(?:\s*[:：*]\s*([1-9]\d{0,5}))?")
_BETWEEN = re.compile(r"\s*[,;，；、]\s*")


def read_parties(text: str, *, field: str) -> Parties:
    """Read a column: `A001`, or `A001:2,A002:1`. Raises PartiesUnreadable, PartyListedTwice."""
    found = []
    for part in _BETWEEN.split(text.strip()):
        if (match := _ONE.fullmatch(part)) is None:
            raise PartiesUnreadable(field=field, text=text[:100])
        found.append(Responsible(match[1], int(match[2] or 1)))
    return each_once(found, field=field)


def each_once(parties: Iterable[Responsible], *, field: str) -> Parties:
    """Take people as they are listed. Raises PartyListedTwice."""
    found: dict[str, Responsible] = {}
    for party in parties:
        if party.employee_no in found:
            raise PartyListedTwice(field=field, employee_no=party.employee_no)
        found[party.employee_no] = party
    return tuple(found.values())


def grade_of(score: int) -> Grade:
    """Grade a score of 1 to 5: two and less is negative, three neutral."""
    return "negative" if score <= 2 else "neutral" if score == 3 else "positive"


@dataclass(frozen=True, slots=True)
class Version:
    """What a review said from an instant on; `parties` None: those of the order."""

    version: int
    score: int
    parties: Parties | None
    cause: str | None
    since: datetime


class Run(NamedTuple):
    """A time in which a review kept one grade: from the first such version until another grade, None: still."""

    version: int
    grade: Grade
    since: datetime
    until: datetime | None


def runs_of(versions: Sequence[Version]) -> list[Run]:
    """Tell how long a review (versions in their order) was how bad."""
    found: list[Run] = []
    for version in versions:
        grade = grade_of(version.score)
        if found and found[-1].grade == grade:
            continue
        if found:
            found[-1] = found[-1]._replace(until=version.since)
        found.append(Run(version.version, grade, version.since, None))
    return found


def answer_overdue_at(run: Run, answers: Iterable[datetime], allowed: timedelta, now: datetime) -> datetime | None:
    """Tell when a negative review went without its public answer (A-004-1.19b); None if it did not, or not yet.

    An answer counts from the moment the review became negative; a review changed to something better in time needs
    none.
    """
    due = run.since + allowed
    if run.grade != "negative" or now < due or (run.until is not None and run.until <= due):
        return None
    return None if any(run.since <= answer <= due for answer in answers) else due


def who_must_answer(parties: Parties, holder: str) -> str | None:
    """Tell who must answer: of the responsible people the one with the greatest weight (of equals the first named),
    else the shop's after-sales holder, else nobody."""
    if parties:
        return max(parties, key=lambda party: party.weight).employee_no
    return holder or None


@dataclass(frozen=True, slots=True)
class Draft:
    """A review as it is reported; `parties` None: the order's sellers answer for it."""

    shop: str
    review_no: str
    score: int
    written_at: datetime
    order_no: str | None = None
    buyer: str | None = None
    body: str | None = None
    parties: Parties | None = None
    cause: str | None = None
    answered_at: datetime | None = None
    revised_at: datetime | None = None
    order_may_be_unknown: bool = True
