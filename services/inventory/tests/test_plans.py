"""The plan of stocktakes: a day that passed without its count was missed, however late anybody looks."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from inventory.commands.count import Counted, take_counts
from inventory.commands.open_stocktake import Plan, open_stocktake
from inventory.commands.settle import complete_stocktake
from inventory.commands.watch_plans import days_passed, pass_days

from .conftest import ZONE, House


async def look(house: House, now: datetime) -> bool:
    """Let the job look at that moment."""
    if not await days_passed(house.db.opened, now):
        return False
    async with house.db.opened.transaction(house.door(now)) as session:
        return await pass_days(session)


async def plans(house: House) -> list[tuple[Any, ...]]:
    rows = await house.rows("SELECT planned_on::text, state FROM stocktake_due ORDER BY planned_on")
    return [tuple(row.values()) for row in rows]


async def recorded(house: House) -> datetime:
    [row] = await house.rows("SELECT recorded_at FROM warehouses")
    day: datetime = row["recorded_at"].astimezone(ZONE)
    return day


def friday_from(day: datetime) -> datetime:
    """Give the beginning of the first Friday from a day on."""
    return (day + timedelta(days=(4 - day.weekday()) % 7)).replace(hour=0, minute=0, second=0, microsecond=0)


async def test_a_day_without_a_count_was_missed_at_its_end(house: House) -> None:
    begun = await recorded(house)
    assert await look(house, begun)
    assert not await look(house, begun), "nobody missed what was not planned yet"
    friday = friday_from(begun)
    assert await plans(house) == [(str(friday.date()), "waiting")]
    assert await look(house, friday + timedelta(days=10)), "the worker was down; two Fridays are over"
    assert await look(house, friday + timedelta(days=10))
    assert not await look(house, friday + timedelta(days=10))
    events = await house.events("stocktake.missed")
    assert [event["businessdate"] for event in events] == [
        str(friday.date()),
        str((friday + timedelta(days=7)).date()),
    ]
    assert datetime.fromisoformat(events[0]["time"]) == friday + timedelta(days=1)
    assert (events[0]["data"]["keeper"], events[0]["data"]["warehouse"]) == ("K001", "main")


async def counted_on(house: House, friday: datetime, hour: int) -> None:
    """Record, three days later, that everything had been counted at that hour of that day, and finish it."""
    now, counted_at = friday + timedelta(days=3), friday + timedelta(hours=hour)
    async with house.db.opened.transaction(house.door(now)) as session:
        stocktake = await open_stocktake(session, Plan("main", friday, friday.date()))
        counts = [Counted("main", sku, Decimal(n), counted_at, "K001") for sku, n in (("cup", 20), ("pot", 5))]
        assert await take_counts(session, counts) == ["new", "new"]
        await complete_stocktake(session, stocktake, now)


async def test_counted_in_time_is_made_though_it_was_finished_later(house: House) -> None:
    begun = await recorded(house)
    await look(house, begun)
    friday = friday_from(begun)
    await counted_on(house, friday, 23)
    assert await look(house, friday + timedelta(days=1))
    assert await house.events("stocktake.missed") == []
    assert (await plans(house))[0] == (str(friday.date()), "made")


async def test_a_count_that_was_recorded_late_takes_the_missed_day_back(house: House) -> None:
    begun = await recorded(house)
    await look(house, begun)
    friday = friday_from(begun)
    await look(house, friday + timedelta(days=1))
    [missed] = await house.events("stocktake.missed")
    await counted_on(house, friday, 23)
    [revoked] = await house.events("stocktake.missed_revoked")
    assert revoked["data"]["revokes"] == missed["id"]
    assert (revoked["data"]["revoked_business_date"], revoked["data"]["keeper"]) == (str(friday.date()), "K001")


async def test_a_count_of_the_day_after_does_not(house: House) -> None:
    begun = await recorded(house)
    await look(house, begun)
    friday = friday_from(begun)
    await look(house, friday + timedelta(days=1))
    await counted_on(house, friday, 25)
    assert await house.events("stocktake.missed_revoked") == []


async def test_the_weekday_is_a_setting(house: House) -> None:
    begun = await recorded(house)
    await look(house, begun)
    tomorrow = begun + timedelta(days=1)
    await house.post(
        "/settings",
        name="stocktake_weekday",
        value=str(tomorrow.isoweekday()),
        scope="main",
        valid_from=str(begun.date()),
    )
    assert await look(house, begun)
    assert await plans(house) == [(str(tomorrow.date()), "waiting")]
    await house.post("/settings", name="stocktake_weekday", value="0", scope="main", valid_from=str(begun.date()))
    assert not await look(house, begun)
    assert await plans(house) == []
