"""Closing a period: only when everything agrees, with the evidence kept as a certificate; for good."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.door import door_of
from chassis.outbox import announce
from payroll.commands.prepare_run import ONE_RUN
from payroll.domain.closing import Consumed, Told, Total
from payroll.domain.errors import ClosedByPreparer, PeriodNotClosable
from payroll.domain.period import Period
from payroll.models import close_certificates
from payroll.outgoing import period_closed
from payroll.queries.closed import certificate, refuse_closed
from payroll.queries.closing import Evidence, evidence_of, paid_in

# consumers hold their watermark for a whole batch: with all of them held here, none is between a fact and its commit
NO_BATCH = text("SELECT FROM watermarks ORDER BY producer FOR UPDATE")
ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('payroll.close', 0))")


async def close_period(session: AsyncSession, period: Period, told: Mapping[str, Told]) -> dict[str, Any]:
    """Close a period for good and return its certificate; `told` is what producers answered about their seals.

    Raises PeriodClosed, ClosedByPreparer, PeriodNotClosable with everything that is pending.
    """
    door = door_of(session)
    for lock in (text(ONE_RUN), NO_BATCH, ALONE):
        await session.execute(lock)
    await refuse_closed(session, period)
    paid = await paid_in(session, period)
    for run in paid["runs"]:
        if run["prepared_by"] == door.actor:
            raise ClosedByPreparer(preparer=door.actor)
    evidence = await evidence_of(session, period, told, door.timezone)
    if evidence.pending:
        raise PeriodNotClosable(str(period), [pending._asdict() for pending in evidence.pending])
    content = _content(period, evidence, paid) | {"closed_by": door.actor, "closed_at": door.now.isoformat()}
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    fingerprint = hashlib.sha256(written.encode()).hexdigest()
    await session.execute(
        insert(close_certificates).values(
            period=period.first,
            content=written,
            fingerprint=fingerprint,
            closed_by=door.actor,
            closed_at=door.now,
        )
    )
    announce(session, period_closed(period, fingerprint, paid["people"], paid["net"], door.now))
    return await certificate(session, period)


def _content(period: Period, evidence: Evidence, paid: dict[str, Any]) -> dict[str, Any]:
    runs = [run | {"rulebook": json.loads(run["rulebook"])} for run in paid["runs"]]
    producers = [_producer(name, evidence.consumed[name]) for name in sorted(evidence.consumed)]
    return {"period": str(period), "producers": producers, **paid, "runs": runs}


def _producer(name: str, consumed: Consumed) -> dict[str, Any]:
    seal = consumed.seal
    assert seal is not None, "nothing is closed without a seal"
    return {
        "producer": name,
        "position": seal.position,
        "chain": seal.chain,
        "epoch": consumed.epoch,
        "consumed_to": consumed.position,
        "event_id": str(seal.event_id),
        "sealed_by": seal.sealed_by,
        "sealed_at": seal.sealed_at.isoformat(),
        "totals": [
            {"type": type, "sealed": _total(said), "here": _total(consumed.counted.get(type))}
            for type, said in sorted(seal.totals.items())
        ],
    }


def _total(total: Total | None) -> dict[str, Any] | None:
    """Write a total; none for a type that bears on nobody's pay, which the hash chain covers."""
    return {"count": total.count, "sum": str(total.sum) if total.sum is not None else None} if total else None
