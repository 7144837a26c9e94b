"""Requests that come together share a transaction; each is answered, and refused, for itself."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.backlog import Backlog, OutboxFull
from chassis.database import open_database, raw
from chassis.door import Door, new_id
from chassis.gathering import LANES, Gathering, alone
from chassis.outbox import OutboxRow, announce_written
from chassis.problems import Conflict, Refusal
from chassis.testing import TestDatabase

Written = tuple[int, str]
"""The transaction that wrote a note, and by whom."""


class Unwanted(Conflict):
    """Nobody wants this note."""


class Lost(Exception):
    """A mistake in the code, met by one of the requests."""


async def write_notes(session: AsyncSession, asked: Sequence[tuple[str, Door]]) -> list[Written | Refusal]:
    """Write notes and tell in which transaction; some words are refused, some are mistakes."""
    words = [said for said, _ in asked if said != "unwanted"]
    if "lost" in words:
        raise Lost
    connection = await raw(session)
    transaction = await connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
    await connection.execute("SELECT pg_sleep(0.02)")
    await connection.execute("INSERT INTO notes (words, amount) SELECT w, 1 FROM unnest($1::text[]) AS w", words)
    return [Unwanted(field="words") if said == "unwanted" else (transaction, door.actor) for said, door in asked]


def door(actor: str = "somebody") -> Door:
    return Door(clock.now(), actor, f"corr-{actor}", ZoneInfo("Asia/Shanghai"))


class Notes:
    """A gathering over the notes of one database."""

    def __init__(self, db: TestDatabase, connection: asyncpg.Connection) -> None:
        self.db, self.connection = db, connection
        self.gathering: Gathering[str, Written] = Gathering(Backlog(db.opened, 1000), write_notes)

    async def ask(self, *words: str) -> list[Any]:
        asked = (self.gathering.ask(said, door(f"by {said}")) for said in words)
        return await asyncio.gather(*asked, return_exceptions=True)

    async def written(self) -> list[str]:
        return [row["words"] for row in await self.connection.fetch("SELECT words FROM notes ORDER BY words")]


@pytest_asyncio.fixture
async def notes(database: Callable[[str], Any]) -> AsyncIterator[Notes]:
    db = await database("example")
    connection = await asyncpg.connect(db.owner_url)
    yield Notes(db, connection)
    await connection.close()


async def test_many_share_few_transactions_and_keep_their_doors(notes: Notes) -> None:
    words = [f"note {number:02}" for number in range(30)]
    answers = await notes.ask(*words)
    assert [who for _, who in answers] == [f"by {said}" for said in words]
    assert len({transaction for transaction, _ in answers}) <= LANES + 1, "the first ones go at once, the rest together"
    assert await notes.written() == words


async def test_who_came_together_goes_together(notes: Notes) -> None:
    """Requests read from the network in one turn of the loop ask some turns apart."""

    async def ask(number: int) -> Any:
        for _ in range(number):
            await asyncio.sleep(0)
        return await notes.gathering.ask(f"note {number}", door())

    answers = await asyncio.gather(*(ask(number) for number in range(8)))
    assert len({transaction for transaction, _ in answers}) == 1


async def test_one_by_one_each_is_done_at_once(notes: Notes) -> None:
    first, second = [(await notes.ask(said))[0] for said in ("a", "b")]
    assert first[0] != second[0]
    assert not notes.gathering.lanes


async def test_a_refusal_is_one_requests_own(notes: Notes) -> None:
    first, refused, last = await notes.ask("a", "unwanted", "b")
    assert isinstance(refused, Unwanted)
    assert (first[1], last[1]) == ("by a", "by b")
    assert await notes.written() == ["a", "b"]


@pytest.mark.parametrize(
    ("poison", "fault"),
    [("a", asyncpg.UniqueViolationError), ("\0", asyncpg.PostgresError | asyncpg.DataError), ("lost", Lost)],
)
async def test_who_is_at_fault_is_found(notes: Notes, poison: str, fault: Any) -> None:
    await notes.ask("a")
    answers = await notes.ask("b", "c", poison, "d")
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, True, False]
    assert isinstance(answers[2], fault)
    assert await notes.written() == ["a", "b", "c", "d"]


async def test_what_keeps_the_commit_from_happening_is_everybodys(notes: Notes) -> None:
    """The server ends the session as it hears the commit: nobody is told of a success, and nobody is asked again."""
    await notes.connection.execute(
        """
        CREATE SEQUENCE tried;
        GRANT USAGE ON tried TO PUBLIC;
        CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval('tried'); RAISE EXCEPTION 'going down' USING ERRCODE = '57P01'; END $$;
        CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION hang_up();
        """
    )
    answers = await notes.ask("a", "b", "c", "d", "e", "f")
    assert all(isinstance(answer, Exception) for answer in answers), answers
    assert await notes.written() == []
    assert await notes.connection.fetchval("SELECT last_value FROM tried") <= LANES + 1


async def test_a_statement_that_takes_too_long_is_not_tried_for_each_again(notes: Notes) -> None:
    impatient = open_database(notes.db.url, pool_size=2, patience=1)
    notes.gathering = Gathering(Backlog(impatient, 1000), write_notes)
    async with notes.connection.transaction():
        await notes.connection.execute("INSERT INTO notes (words, amount) VALUES ('held', 1)")
        began = time.monotonic()
        answers = await notes.ask("a", "held", "b")
        assert time.monotonic() - began < 1.9
    assert all(isinstance(answer, asyncpg.QueryCanceledError) for answer in answers), answers
    assert await notes.written() == ["held"]
    await impatient.close()


async def test_a_full_outbox_refuses_everybody(notes: Notes) -> None:
    async def announcing(session: AsyncSession, asked: Sequence[tuple[str, Door]]) -> list[Written | Refusal]:
        answers = await write_notes(session, asked)
        now = clock.now()
        announce_written(session, [OutboxRow(new_id(), "t", said, now.date(), now, b"{}") for said, _ in asked])
        return answers

    notes.gathering = Gathering(Backlog(notes.db.opened, 0), announcing)
    assert all(isinstance(answer, OutboxFull) for answer in await notes.ask("a", "b", "c", "d"))
    assert await notes.written() == []


async def test_who_gives_up_waiting_is_passed_over(notes: Notes) -> None:
    running = [asyncio.create_task(notes.gathering.ask(f"note {lane}", door())) for lane in range(LANES)]
    await asyncio.sleep(0.005)  # both lanes are at work now, each for 20 ms and more
    waiting = [asyncio.create_task(notes.gathering.ask(said, door())) for said in ("given up", "patient")]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.gather(*running, *waiting, return_exceptions=True)
    assert "patient" in await notes.written()
    assert "given up" not in await notes.written()


async def test_a_wrong_number_of_answers_commits_nothing(notes: Notes) -> None:
    async def forgetful(session: AsyncSession, asked: Sequence[tuple[str, Door]]) -> list[Written | Refusal]:
        return (await write_notes(session, asked))[1:]

    notes.gathering = Gathering(Backlog(notes.db.opened, 1000), forgetful)
    assert all(isinstance(answer, ValueError) for answer in await notes.ask("a", "b", "c"))
    assert await notes.written() == []


async def test_alone_it_is_done_in_the_session_given(notes: Notes) -> None:
    async with notes.db.opened.transaction(door()) as session:
        transaction, who = await alone(session, write_notes, "a", door("me"))
        own = (await session.execute(text("SELECT pg_current_xact_id()::text::bigint"))).scalar_one()
        assert (transaction, who) == (own, "me")
        with pytest.raises(Unwanted):
            await alone(session, write_notes, "unwanted", door())


async def test_nobody_is_forgotten_whenever_they_come(notes: Notes) -> None:
    """Requests come at each moment of others' work; one that came as the last lane ended would wait for ever."""

    async def act(session: AsyncSession, asked: Sequence[tuple[int, Door]]) -> list[int | Refusal]:
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
        return [number for number, _ in asked]

    async def customer(number: int) -> None:
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
        assert await gathering.ask(number, door()) == number

    chance = random.Random(20261122)
    gathering: Gathering[int, int] = Gathering(Backlog(notes.db.opened, 1000), act)
    async with asyncio.timeout(20):
        for _ in range(2000):
            await asyncio.gather(*(customer(number) for number in range(chance.randrange(1, 5))))
    assert not gathering.waiting
