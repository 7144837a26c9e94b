"""What the clocks go by: dated settings, seats, duties; and the lists of the first two."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import raw
from chassis.pagination import PageRequest
from chassis.scope import Scope, of_shops
from service_desk.domain.duty import AHEAD, Stretch
from service_desk.domain.seats import Holding, OnSeat, Seats
from service_desk.domain.thresholds import EVERY_SHOP, Setting, Thresholds, thresholds
from service_desk.models import SeatRow, ThresholdRow

SETTINGS = "SELECT name, shop, value, valid_from FROM thresholds ORDER BY id"
SEATS = """
SELECT s.shop, s.account, s.valid_from, s.employee_no
FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS t (shop, account)) t
JOIN seats s ON s.shop = t.shop AND s.account = t.account ORDER BY s.id
"""
DUTIES = """
SELECT employee_no, business_date, starts, ends, seat_shops, seat_accounts FROM duties
WHERE business_date BETWEEN $1 AND $2 AND (employee_no = ANY ($3::text[]) OR seat_shops && $4::text[])
ORDER BY business_date, duty_id
"""
Rows = Sequence[Any]


async def thresholds_now(session: AsyncSession) -> Thresholds:
    """Give all settings that were ever made."""
    rows = await (await raw(session)).fetch(SETTINGS)
    return thresholds(Setting(*row) for row in rows)


async def holders_of(
    session: AsyncSession, accounts: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[Holding]]:
    """Give who sat on some seats (shop, account), entry by entry."""
    found: dict[tuple[str, str], list[Holding]] = {}
    if accounts:
        for row in await (await raw(session)).fetch(SEATS, *zip(*accounts, strict=True)):
            key = row["shop"], row["account"]
            found.setdefault(key, []).append(Holding(row["valid_from"], row["employee_no"]))
    return found


class Roster:
    """The published duties around some days: of some people, and of whoever was on a seat of some shops."""

    def __init__(self, rows: Rows) -> None:
        self.by_person: dict[str, list[Stretch]] = {}
        self.on_seat: list[OnSeat] = []
        for row in rows:
            own = [Stretch(*times, row["business_date"]) for times in zip(row["starts"], row["ends"], strict=True)]
            self.by_person.setdefault(row["employee_no"], []).extend(own)
            for shop, account in zip(row["seat_shops"], row["seat_accounts"], strict=True):
                self.on_seat += [OnSeat(row["employee_no"], shop, account, stretch) for stretch in own]

    def seats(self, holders: dict[tuple[str, str], list[Holding]], shop: str) -> Seats:
        """Give what is known of one shop's seats."""
        return Seats(holders, [seat for seat in self.on_seat if seat.shop == shop])


async def roster(
    session: AsyncSession, first: date, last: date, *, people: Collection[str], shops: Collection[str]
) -> Roster:
    """Read the duties of the days from `first` to `last`, and those just before and after them."""
    rows = await (await raw(session)).fetch(
        DUTIES, first - timedelta(days=1), last + AHEAD + timedelta(days=1), list(people), list(shops)
    )
    return Roster(rows)


async def seats_page(
    session: AsyncSession, scope: Scope, page: PageRequest, *, shop: str | None = None, account: str | None = None
) -> Rows:
    """List who sat on which seat from when on, as it was entered, the last entry first."""
    query = select(SeatRow).where(of_shops(scope, SeatRow.shop)).order_by(SeatRow.id.desc()).limit(page.limit + 1)
    if shop is not None:
        query = query.where(SeatRow.shop == shop)
    if account is not None:
        query = query.where(SeatRow.account == account)
    if (after := page.after_key(int)) is not None:
        query = query.where(SeatRow.id < after[0])
    return (await session.execute(query)).scalars().all()


async def settings_page(session: AsyncSession, scope: Scope, page: PageRequest, *, name: str | None = None) -> Rows:
    """List settings as they were entered, the last entry first."""
    row = ThresholdRow
    query = select(row).where(of_shops(scope, row.shop) | (row.shop == EVERY_SHOP)).limit(page.limit + 1)
    query = query.order_by(row.id.desc())
    if name is not None:
        query = query.where(row.name == name)
    if (after := page.after_key(int)) is not None:
        query = query.where(row.id < after[0])
    return (await session.execute(query)).scalars().all()
