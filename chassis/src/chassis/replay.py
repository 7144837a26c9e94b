"""Quarantined events over HTTP: see them, and apply one again when its reason is gone."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.consumer import record_inbox
from chassis.dead_letters import Letter, final_reason, letters
from chassis.door import door_of
from chassis.inbox import Malformed, Message, Subscription, parse
from chassis.pagination import Page, Paged, cut
from chassis.problems import Conflict, NotFound
from chassis.web import Reading, Session, allowed

TAKE = "SELECT producer, position, type, body, released_at FROM quarantine WHERE id = :id FOR UPDATE"
RELEASE = "UPDATE quarantine SET released_at = :now, released_by = :by WHERE id = :id"


class LetterNotFound(NotFound):
    """There is no such event in quarantine."""

    zh = "隔离区中没有该事件。"


class LetterReleased(Conflict):
    """This event left quarantine at {at}; it is applied."""

    zh = "该事件已于 {at} 处理完毕。"


class StillRefused(Conflict):
    """This event is refused as before: {reason}."""

    zh = "该事件仍被拒绝：{reason}。"


async def replay(session: AsyncSession, letter_id: int, subscriptions: Sequence[Subscription]) -> None:
    """Apply a quarantined event as if it came now, and note who released it.

    Raises LetterNotFound (404), LetterReleased (409), StillRefused (409) with the reason; then nothing has changed.
    """
    door = door_of(session)
    row = (await session.execute(text(TAKE), {"id": letter_id})).one_or_none()
    if row is None:
        raise LetterNotFound()
    if row.released_at is not None:
        raise LetterReleased(at=row.released_at.isoformat())
    message = Message(row.position, 0, b"", row.type, bytes(row.body))
    subscription = next(s for s in subscriptions if s.producer == row.producer)
    data = subscription.by_type().get(row.type)
    if data is None:
        raise StillRefused(reason=f"nobody here subscribes to {row.type} any more")
    try:
        async with session.begin_nested():
            event = parse(message, data, shape=subscription.reads.get(data))
            await record_inbox(session, row.producer, [event])
            await subscription.handlers[data](session, [event])
            await session.flush()
    except Malformed as error:
        raise StillRefused(reason=f"malformed: {error}") from error
    except Exception as error:
        if (reason := final_reason(error)) is None:
            raise
        raise StillRefused(reason=reason) from error
    await session.execute(text(RELEASE), {"id": letter_id, "now": door.now, "by": door.actor})


def quarantine_router(subscriptions: Sequence[Subscription]) -> APIRouter:
    """Make the routes of a consuming service's quarantine; needs `quarantine.read` and `quarantine.replay`."""
    router = APIRouter(prefix="/quarantine", tags=["quarantine"])

    @router.get("", response_model=Paged[Letter])
    async def list_quarantine(
        session: Reading, page: Page, by: Annotated[Principal, allowed("quarantine.read")]
    ) -> Any:
        """List events that were refused for good, with the reason, in the order they came; released ones too."""
        (after,) = page.after_key(int) or (0,)
        items, following = cut(
            await letters(session, after=after, limit=page.limit + 1), page, key=lambda letter: (letter.id,)
        )
        return {"items": items, "next": following}

    @router.post("/{letter_id}/replay", status_code=204)
    async def replay_letter(
        letter_id: int, session: Session, by: Annotated[Principal, allowed("quarantine.replay")]
    ) -> None:
        """Apply one quarantined event again. 409 with the reason when it is still refused."""
        await replay(session, letter_id, subscriptions)

    return router
