"""What payroll takes in from files: terms of pay, a record a person and a line an agreement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.imports.kinds import Amount, Day, FieldType, Kind, Outcome, Record, Text
from chassis.imports.refusing import Reason
from chassis.problems import Refusal
from payroll.commands.set_terms import Agreement, Taken, judge_terms, take_terms

FIELDS: Mapping[str, FieldType] = {"employee_no": Text(64, required=True)}
LINES: Mapping[str, FieldType] = {
    "valid_from": Day(required=True),
    "base_salary": Amount(2, least=Decimal(0), required=True),
    "scheme": Text(100),
    "work_place": Text(100),
    "performance_bonus": Amount(2, least=Decimal(0)),
    "attendance_bonus": Amount(2, least=Decimal(0)),
}


async def compare(session: AsyncSession, records: Sequence[Record], *, by: Principal) -> Sequence[Outcome]:
    """Tell what `apply` would do with each person's agreements."""
    agreements = [_agreements(record) for record in records]
    return _outcomes(agreements, await judge_terms(session, list(chain.from_iterable(agreements))))


async def apply(session: AsyncSession, records: Sequence[Record], *, by: Principal, now: datetime) -> Sequence[Outcome]:
    """Add what is new as further versions; a person of whom one agreement is refused keeps what they had."""
    agreements = [_agreements(record) for record in records]
    foreseen = _outcomes(agreements, await judge_terms(session, list(chain.from_iterable(agreements))))
    fit = [own for own, outcome in zip(agreements, foreseen, strict=True) if outcome.verdict != "refused"]
    became = iter(_outcomes(fit, await take_terms(session, list(chain.from_iterable(fit)))))
    return [outcome if outcome.verdict == "refused" else next(became) for outcome in foreseen]


def _agreements(record: Record) -> list[Agreement]:
    said: Sequence[Mapping[str, Any]] = sorted(record.lines, key=itemgetter("valid_from"))
    number = str(record.fields["employee_no"])
    return [Agreement(number, **{name: line[name] for name in LINES}) for line in said]


def _outcomes(agreements: Sequence[Sequence[Agreement]], taken: Sequence[Taken]) -> list[Outcome]:
    following = iter(taken)
    return [_outcome([next(following) for _ in own]) for own in agreements]


def _outcome(taken: Sequence[Taken]) -> Outcome:
    verdicts = []
    for became in taken:
        if isinstance(became, Refusal):
            return Outcome("refused", Reason(became.detail_zh, became.detail), became.field or "")
        verdicts.append(became[0])
    return Outcome("new" if "new" in verdicts else "amended" if "amended" in verdicts else "same")


KINDS = (Kind("terms", FIELDS, key=("employee_no",), compare=compare, apply=apply, lines=LINES),)
