"""What came of it all: read from payroll's facts, from projections, and from every stream, event by event."""

import asyncio
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chassis import streams
from chassis.consumer import Pull
from contracts.subjects import stream_of

from .books import Found
from .street import SERVICES, Street, looked_up, rows_of

# what was revoked for a person does not stand for them; a revocation itself stands for nothing
STANDING = """
SELECT type, employee_no, count(*) AS count,
       coalesce(sum(coalesce(amount, (fields ->> 'minutes')::numeric, (fields ->> 'waited_seconds')::numeric)), 0)
           AS sum,
       coalesce(sum((fields ->> 'chats')::numeric), 0) AS chats
FROM facts f WHERE revokes IS NULL
AND NOT EXISTS (SELECT FROM facts r WHERE r.revokes = f.event_id AND r.employee_no = f.employee_no)
GROUP BY 1, 2
"""
SHELVES = "SELECT sku, sum(on_hand) AS sum FROM stock_levels GROUP BY sku"
RETURNS = "SELECT count(*) AS count, coalesce(sum(quantity), 0) AS sum FROM returns_received"


async def applied(made: Street) -> Found:
    """Read what consumers made of the events: facts that stand, shelves, what one service learnt of another."""
    found: Found = {}
    for row in await rows_of(made, "payroll", STANDING):
        found[row["type"], row["employee_no"]] = (row["count"], Decimal(row["sum"]))
        if row["chats"]:
            found["chats of closed days", row["employee_no"]] = (0, Decimal(row["chats"]))
            found[row["type"], row["employee_no"]] = (row["count"], Decimal(0))
    for row in await rows_of(made, "inventory", SHELVES):
        found["stock", row["sku"]] = (0, Decimal(row["sum"]))
    [row] = await rows_of(made, "orders", RETURNS)
    found["return learnt by orders", ""] = (row["count"], Decimal(row["sum"]))
    learnt = await looked_up(made, "service_desk", "SELECT count(*) FROM orders")
    found["order learnt by service_desk", ""] = (learnt, Decimal(0))
    return {key: value for key, value in found.items() if value != (0, Decimal(0))}


@dataclass
class Streams:
    """What all streams say, and what is wrong with them."""

    events: Counter[str] = field(default_factory=Counter)
    found: Found = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def streamed(made: Street) -> Streams:
    """Read every stream from its first message: positions, epochs, chain and ids are checked here once more."""
    said, broker = Streams(), await streams.connect(made.broker.url("admin"), name="oracle")
    sums: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    try:
        for producer in SERVICES:
            bodies = await _read(broker, made, producer, said)
            for kind, whom, measure in _said(bodies):
                count, total = sums[kind, whom]
                sums[kind, whom] = (count + (1 if measure >= 0 else -1), total + measure)
            said.events[producer] = len(bodies)
    finally:
        await streams.leave(broker)
    said.found = dict(sums)
    return said


async def _read(broker: Any, made: Street, producer: str, said: Streams) -> list[dict[str, Any]]:
    state = await streams.check(broker, producer)
    last, given = int(state["last_seq"]), await looked_up(made, producer, "SELECT position FROM relay_state")
    if last != given:
        said.faults.append(f"{producer}: the stream ends at {last}, positions were given up to {given}")
    bodies: list[dict[str, Any]] = []
    ids: set[str] = set()
    chain, position = b"", 0
    pull = Pull(broker, stream_of(producer))
    await pull.open(1)
    async with asyncio.timeout(120):
        while position < last:
            for message in await pull.batch():
                position += 1
                chain = hashlib.sha256(chain + message.data).digest()
                headers = message.headers or {}
                if headers.get("position") != str(position) or headers.get("chain") != chain.hex():
                    said.faults.append(f"{producer}: at {position} stands position {headers.get('position')}")
                body = json.loads(message.data)
                if body["id"] in ids:
                    said.faults.append(f"{producer}: event {body['id']} stands twice, again at {position}")
                ids.add(body["id"])
                bodies.append(body)
    return bodies


def _said(bodies: list[dict[str, Any]]) -> Iterator[tuple[str, str, Decimal]]:
    """Give the events that no service keeps as facts; a deduction that is revoked counts backwards."""
    for body in bodies:
        measure = MEASURED.get(body["type"])
        if measure is not None:
            yield measure(body["data"])


MEASURED: dict[str, Callable[[dict[str, Any]], tuple[str, str, Decimal]]] = {
    "employee.hired": lambda data: ("employee.hired", data["employee_no"], Decimal(0)),
    "shift.published": lambda data: ("shift.published", data["employee_no"], Decimal(0)),
    "deduction.assessed": lambda data: ("deduction.assessed", data["employee_no"], abs(Decimal(data["amount"]))),
    "deduction.revoked": lambda data: ("deduction.assessed", data["employee_no"], -abs(Decimal(data["amount"]))),
    "payslip.issued": lambda data: ("payslip.issued", data["employee_no"], Decimal(data["net"])),
}
