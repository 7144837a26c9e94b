"""Every event that bears on pay becomes rows of the facts, in a partition of its month that nobody had to make."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import contracts
from chassis import clock
from chassis.inbox import Message, parse
from contracts.base import EVENTS, EventData
from payroll.consumers import SUBSCRIPTIONS
from payroll.consumers.rows import ROWS
from payroll.domain.facts import Fact
from payroll.domain.period import Period
from payroll.queries.facts import facts_of

from .conftest import Payroll

EXAMPLES = Path(contracts.__file__).parents[2] / "examples"


def rows_of(data: type[EventData], kind: str = "") -> list[dict[str, Any]]:
    """Make the rows of an event of the contract's examples."""
    body = (EXAMPLES / f"{data.type}.v{data.version}{kind}.json").read_bytes()
    event = parse(Message(1, 1, b"", data.type, body), data)
    return [row._asdict() for row in ROWS[data](event, clock.now())]


@pytest.mark.parametrize("kind", ["", ".least"])
@pytest.mark.parametrize("data", ROWS, ids=lambda data: data.type)
def test_every_example_becomes_rows(data: type[EventData], kind: str) -> None:
    rows = rows_of(data, kind)
    assert rows
    for row in rows:
        assert row["type"] == data.type
        assert row["period"] == row["business_date"].replace(day=1)
        assert (row["revokes"] is not None) == (data.type.endswith(("_revoked", "_resolved", ".revised")))
        assert row["fields"] is None or json.loads(row["fields"])


def test_nothing_about_people_is_left_out() -> None:
    """Whatever names people or money and is not taken in is listed here, so that nobody forgets a new event."""
    taken = {data for subscription in SUBSCRIPTIONS for data in subscription.by_type().values()}
    assert set(ROWS) <= taken
    left = {type for (type, _), data in EVENTS.items() if data not in taken and data.producer != "payroll"}
    assert {type for type in left if not type.endswith(".period_sealed")} == {
        "order.amended", "refund.requested", "return.received", "stock.changed", "stock.depleted",
        "shift.published", "shift.published_revoked",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("attendance.late", [{"minutes", "shift"}]),
        ("leave.taken", [{"leave_type", "hours", "days", "minutes", "paid_factor"}]),
        ("review.negative", [{"score", "cause", "weights", "place"}] * 2),
        ("stock.mismatch", [{"value", "sku", "expected", "counted", "keeper_answers"}] * 2),
    ],
)
def test_measures_carry_the_names_of_the_contract(type: str, expected: list[set[str]]) -> None:
    rows = rows_of(EVENTS[type, 1])
    assert [set(json.loads(row["fields"])) for row in rows] == expected
    if type == "stock.mismatch":
        assert [(row["employee_no"], row["amount"]) for row in rows] == [
            ("A001", Decimal("80.00")),
            ("A007", Decimal("40.00")),
        ]


async def test_measures_come_back_as_they_were_said(payroll: Payroll) -> None:
    leave, mismatch = EVENTS["leave.taken", 1], EVENTS["stock.mismatch", 1]
    day = date(2031, 2, 3)  # a month that no fact was in before
    for data in (leave, mismatch):
        said = json.loads((EXAMPLES / f"{data.type}.v1.json").read_text("utf-8"))["data"]
        await payroll.happened(data.model_validate(said), day)
    async with payroll.db.opened.reading() as session:
        types = ["leave.taken", "stock.mismatch"]
        found: list[Fact] = await facts_of(session, Period(2031, 2), ["A001"], types)
    fields = {fact.type: dict(fact.fields) for fact in found}
    assert fields["leave.taken"]["leave_type"] in ("sick", "personal")
    for name in ("hours", "days", "minutes", "paid_factor"):
        assert isinstance(fields["leave.taken"][name], Decimal), name
    assert fields["stock.mismatch"]["amount"] == Decimal("80.00")
    assert fields["stock.mismatch"]["keeper_answers"] is False
    partitions = await payroll.rows("SELECT tableoid::regclass::text AS name FROM facts GROUP BY 1")
    assert partitions == [{"name": "facts_2031_02"}]


async def test_partitions_are_made_by_the_one_way_only(payroll: Payroll) -> None:
    connection = await payroll.db.opened.connect()
    for attack in (
        "CREATE TABLE facts_2031_03 (LIKE facts)",
        "CREATE TABLE facts_2031_03 PARTITION OF facts FOR VALUES FROM ('2031-03-01') TO ('2031-04-01')",
        "DELETE FROM facts_2031_01",
    ):
        await connection.execute("SELECT facts_partition('2031-01-01')")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    for month in ("1999-12-01", "2031-02-02", "2100-01-01"):
        with pytest.raises(asyncpg.DatetimeFieldOverflowError):
            await connection.execute(f"SELECT facts_partition('{month}')")
    await connection.close()
