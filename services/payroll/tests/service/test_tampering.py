"""Whoever deletes, alters, swaps or repeats one event anywhere in a copy of a stream makes the close refuse."""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import ConsumerStopped, Gap, consume_batch
from chassis.door import Door
from chassis.inbox import Message
from chassis.relay import chained
from payroll.consumers import SUBSCRIPTIONS
from payroll.domain.closing import Pending, Told
from payroll.queries.closing import evidence_of

from .conftest import SHANGHAI, Payroll
from .sealed_streams import JUNE, MAY, make_streams, sales, take_in, told_by

COPIES, SEED = 300 if "ZHANGGUI_LONG" in os.environ else 60, 20261122  # three hundred of each take a minute
[ORDERS] = [s for s in SUBSCRIPTIONS if s.producer == "orders"]
SEAL = "orders.period_sealed"


class Undone(Exception):
    """Ends a transaction that must leave nothing behind."""


async def test_tampered_copies_are_refused_and_clean_ones_are_not(payroll: Payroll, database: Any) -> None:
    streams = await make_streams(database, sales(59))
    for producer, stream in streams.items():
        await take_in(payroll, producer, stream.messages if producer != "orders" else [])
    await payroll.sold(MAY.first, A1="0.00")  # the month's partition, made once and not in every copy
    await payroll.issue("2026-05")
    await payroll.assessed()
    chance, told, messages = random.Random(SEED), told_by(streams), streams["orders"].messages
    assert len(messages) == 60
    refused: Counter[str] = Counter()
    missed = []
    for number in range(COPIES):
        name, copy = tampered(messages, chance, number)
        assert [(m.position, m.chain, m.body) for m in copy] != [(m.position, m.chain, m.body) for m in messages]
        pending = await pending_after(payroll, copy, told)
        refused[name] += bool(pending)
        missed += [] if pending else [(number, name)]
    clean = [await pending_after(payroll, messages, told) for _ in range(COPIES)]
    print(f"seed {SEED}: {COPIES} tampered, refused {sum(refused.values())} {dict(sorted(refused.items()))}")
    print(f"{COPIES} clean, refused {sum(bool(pending) for pending in clean)}")
    assert missed == []
    assert [pending for pending in clean if pending] == []


async def pending_after(payroll: Payroll, copy: Sequence[Message], told: dict[str, Told]) -> Sequence[Pending]:
    """Consume a copy of the stream, ask what keeps the month from being closed, and undo it all."""
    found: Sequence[Pending] = ()
    try:
        async with payroll.db.opened.transaction(Door(JUNE, "test", "test", SHANGHAI)) as session:
            await consumed(session, copy)
            found = (await evidence_of(session, MAY, told, SHANGHAI)).pending
            raise Undone
    except Undone:
        return found


async def consumed(session: AsyncSession, copy: Sequence[Message]) -> None:
    """Take a copy in as the worker would, which stops at a gap or a broken chain."""
    try:
        async with session.begin_nested():
            await consume_batch(session, ORDERS, copy)
    except (Gap, ConsumerStopped):
        pass


def tampered(messages: Sequence[Message], chance: random.Random, number: int) -> tuple[str, list[Message]]:
    """Tamper with one event; two in three forgers know their trade and write positions and chain anew.

    Every other one of those also makes the seal say what the forged stream comes to.
    """
    act, skill = ("delete", "alter", "swap", "repeat")[number % 4], ("plain", "rechained", "resealed")[number % 3]
    copy, at = list(messages), chance.randrange(len(messages))
    if act == "delete":
        del copy[at]
    elif act == "alter":
        copy[at] = replace(copy[at], body=altered(copy[at].body, chance))
    elif act == "swap":
        other = chance.choice([n for n in range(len(copy)) if n != at])
        copy[at], copy[other] = copy[other], copy[at]
    else:
        copy.insert(chance.randrange(len(copy) + 1), copy[at])
    return f"{act} {skill}", copy if skill == "plain" else rechained(copy, reseal=skill == "resealed")


def altered(body: bytes, chance: random.Random) -> bytes:
    """Change one byte, or one digit of an amount so that the event stays readable."""
    digits = [m.start(1) for m in re.finditer(rb'amount":"\d*(\d)\.', body)]
    at = chance.choice(digits) if digits and chance.random() < 0.5 else chance.randrange(len(body))
    byte = ord("0") + (body[at] - ord("0") + 1) % 10 if at in digits else body[at] ^ (1 << chance.randrange(7))
    return body[:at] + bytes([byte]) + body[at + 1 :]


def rechained(messages: Sequence[Message], *, reseal: bool) -> list[Message]:
    """Give messages positions and a chain that hold among themselves, and a seal that fits them if asked."""
    found: list[Message] = []
    chain = b""
    for position, message in enumerate(messages, 1):
        body = (
            resealed(message.body, position - 1, chain, messages) if reseal and message.type == SEAL else message.body
        )
        chain = chained(chain, body)
        found.append(replace(message, position=position, chain=chain, body=body))
    return found


def resealed(body: bytes, position: int, chain: bytes, messages: Sequence[Message]) -> bytes:
    """Write the seal's position, chain and counts as the forged stream has them."""
    try:
        said = json.loads(body)
        counts = Counter(message.type for message in messages[:position])
        said["data"] |= {"position": position, "chain": chain.hex()}
        for total in said["data"]["totals"]:
            total["count"] = counts[total["type"]]
    except (ValueError, KeyError, TypeError):  # the seal itself was altered beyond reading
        return body
    return json.dumps(said, ensure_ascii=False).encode()
