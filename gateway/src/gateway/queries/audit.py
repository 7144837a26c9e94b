"""What the audit says, and whether it is whole."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.pagination import PageRequest
from gateway.domain.auditing import BEGINNING, Entry, link
from gateway.models import audit
from gateway.queries.accounts import logins_within

_ENTRY = [column for column in audit.c if column.name != "chain"]


async def audit_list(session: AsyncSession, page: PageRequest, by: Principal) -> list[Entry]:
    """List the audit, the latest first, one more than the page takes; who is limited reads of accounts within."""
    rows = select(*_ENTRY).order_by(audit.c.position.desc()).limit(page.limit + 1)
    if by.departments or by.shops:
        rows = rows.where(audit.c.login.in_(logins_within(by)))
    if page.after is not None:
        rows = rows.where(audit.c.position < page.after[0])
    return [Entry(*row) for row in await session.execute(rows)]


async def first_broken(session: AsyncSession) -> int | None:
    """Find the first position where the audit is not as it was written; None where it is whole.

    The end cannot vouch for itself: to notice that the last rows are gone, compare the last position with a copy.
    """
    before, expected = BEGINNING, 1
    async for row in _rows(session):
        entry = Entry(*row[:-1])
        before = link(before, entry)
        if entry.position != expected or bytes(row[-1]) != before:
            return expected
        expected += 1
    return None


async def _rows(session: AsyncSession) -> AsyncIterator[Any]:
    every = await session.stream(select(*_ENTRY, audit.c.chain).order_by(audit.c.position))
    async for row in every:
        yield row
