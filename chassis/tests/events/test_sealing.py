"""Sealing a period: whoever was about to commit is waited for, whoever comes later comes after."""

import asyncio
import hashlib
import importlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chassis.door import Door
from chassis.migrations import split_statements
from chassis.outbox import Outgoing, announce, encode, write_outbox
from chassis.relay import give_positions
from chassis.sealing import NotSealed, PeriodNotOver, seal, sealed
from contracts.orders import OrderCompleted

from .conftest import NOON, SHANGHAI, Pair

pytestmark = pytest.mark.asyncio

NOVEMBER = date(2026, 11, 1)
DECEMBER = datetime(2026, 12, 1, 4, tzinfo=UTC)


@pytest.fixture
async def sealing(pair: Pair) -> Pair:
    made = importlib.import_module("chassis.upgrades.versions.20261122_seals").SEALS
    connection = await pair.producer.connect()
    for statement in split_statements(made):
        await connection.execute(statement)
    await connection.close()
    return pair


def door(now: datetime) -> Door:
    return Door(now, "hr", "corr-1", SHANGHAI)


async def sell(pair: Pair, number: int, amount: str, when: datetime = NOON) -> None:
    async with pair.producer.transaction(door(when)) as session:
        event = OrderCompleted(shop="s", order_no=str(number), net_amount=Decimal(amount))
        announce(session, Outgoing(event, about=str(number), time=when))


async def sealed_now(pair: Pair, now: datetime = DECEMBER) -> dict[str, Any]:
    async with pair.producer.transaction(door(now)) as session:
        return await seal(session, producer="orders", period=NOVEMBER)


async def outbox(pair: Pair) -> list[Any]:
    connection = await pair.producer.connect()
    try:
        await give_positions(connection)
        return list(await connection.fetch("SELECT type, body, position, chain FROM outbox ORDER BY position"))
    finally:
        await connection.close()


async def test_a_seal_tells_position_chain_and_totals_of_the_month_alone(sealing: Pair) -> None:
    await sell(sealing, 1, "10.50")
    await sell(sealing, 2, "0.25")
    await sell(sealing, 3, "99.00", datetime(2026, 10, 31, 15, 59, tzinfo=UTC))  # still October in Shanghai
    await sealing.announce(4)
    said = await sealed_now(sealing)
    assert (said["period"], said["position"]) == ("2026-11", 4)
    assert said["totals"] == [
        {"type": "order.completed", "count": 2, "measure": "net_amount", "sum": "10.75"},
        {"type": "order.created", "count": 1, "measure": None, "sum": None},
    ]
    rows = await outbox(sealing)
    chain = b""
    for row in rows[:4]:
        chain = hashlib.sha256(chain + row["body"]).digest()
    assert said["chain"] == chain.hex()
    event = json.loads(rows[4]["body"])
    assert (rows[4]["type"], event["data"]["position"], event["data"]["chain"]) == (
        "orders.period_sealed",
        4,
        said["chain"],
    )
    async with sealing.producer.reading() as session:
        assert await sealed(session, NOVEMBER) == said


async def test_sealing_again_changes_nothing(sealing: Pair) -> None:
    await sell(sealing, 1, "1.00")
    first = await sealed_now(sealing)
    await sell(sealing, 2, "2.00")  # late: it belongs to the next open period
    assert await sealed_now(sealing) == first
    assert [row["type"] for row in await outbox(sealing)].count("orders.period_sealed") == 1


async def test_what_is_being_committed_is_waited_for(sealing: Pair) -> None:
    """The writer has written its outbox rows, but has not committed when the seal begins."""
    writer = await sealing.producer.connect()
    running = writer.transaction()
    await running.start()
    event = OrderCompleted(shop="s", order_no="slow", net_amount=Decimal("7.00"))
    await write_outbox(writer, [encode(Outgoing(event, about="slow", time=NOON), door(NOON))])
    sealing_task = asyncio.create_task(sealed_now(sealing))
    await asyncio.sleep(0.3)
    assert not sealing_task.done(), "the seal did not wait for a writer in flight"
    await running.commit()
    said = await sealing_task
    await writer.close()
    assert said["position"] == 1
    assert said["totals"][0]["sum"] == "7.00"


async def test_many_writers_and_one_seal(sealing: Pair) -> None:
    """However they interleave: everything up to the sealed position is in the totals, everything else comes after."""
    writers = asyncio.gather(*(sell(sealing, n, "1.00") for n in range(60)))
    await asyncio.sleep(0.02)
    said = await sealed_now(sealing)
    await writers
    rows = await outbox(sealing)
    assert [row["position"] for row in rows] == list(range(1, 62))
    before = [row for row in rows if row["position"] <= said["position"]]
    counted = said["totals"][0]["count"] if said["totals"] else 0
    assert [row["type"] for row in before] == ["order.completed"] * counted
    assert rows[said["position"]]["type"] == "orders.period_sealed"
    # an order that comes after the seal may stand before its event, never before its position
    assert len(rows) == 61


async def test_a_month_that_is_not_over_cannot_be_sealed(sealing: Pair) -> None:
    with pytest.raises(PeriodNotOver):
        await sealed_now(sealing, datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    async with sealing.producer.reading() as session:
        with pytest.raises(NotSealed):
            await sealed(session, NOVEMBER)
