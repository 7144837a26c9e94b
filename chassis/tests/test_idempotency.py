"""The same request twice is one act."""

import asyncio

import asyncpg
import httpx
import pytest

from .conftest import Example


def same(*answers: httpx.Response) -> bool:
    return len({(a.status_code, a.content) for a in answers}) == 1


async def test_a_repeat_gets_the_same_answer(example: Example) -> None:
    first = await example.write("once", amount="1.10", headers={"Idempotency-Key": "k"})
    second = await example.write("once", amount="1.10", headers={"Idempotency-Key": "k"})
    assert first.status_code == 201
    assert same(first, second)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await example.notes() == ["once"]


async def test_amounts_are_told_alike_with_and_without_a_key(example: Example) -> None:
    for words, headers in (("a", {}), ("b", {"Idempotency-Key": "k"}), ("b", {"Idempotency-Key": "k"})):
        answer = await example.write(words, amount="1234567890.10", headers=headers)
        assert answer.json()["amount"] == "1234567890.10"


async def test_another_body_is_refused(example: Example) -> None:
    await example.write("once", headers={"Idempotency-Key": "k"})
    answer = await example.write("twice", headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert answer.json()["field"] == "Idempotency-Key"
    assert await example.notes() == ["once"]


async def test_keys_belong_to_their_caller(example: Example) -> None:
    await example.write("mine", headers={"Idempotency-Key": "k"})
    other = example.http.auth_of(example.principal("boss", sub="another boss"))
    answer = await example.write("yours", headers=other | {"Idempotency-Key": "k"})
    assert answer.status_code == 201
    assert await example.notes() == ["mine", "yours"]


async def test_without_a_key_every_request_is_an_act(example: Example) -> None:
    assert [(await example.write(words)).status_code for words in ("a", "b")] == [201, 201]
    assert await example.connection.fetchval("SELECT count(*) FROM idempotency_keys") == 0


async def test_in_flight_is_refused_and_then_answered(example: Example) -> None:
    key = {"Idempotency-Key": "k"}
    async with example.connection.transaction():
        # the first request waits at the unique index until this transaction ends
        await example.connection.execute("INSERT INTO notes (words, amount) VALUES ('slow', 0)")
        first = asyncio.create_task(example.write("slow", headers=key))
        while not await example.connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not first.done(), first.result().text
            await asyncio.sleep(0.01)
        second = await example.write("slow", headers=key)
        assert (second.status_code, second.json()["code"]) == (409, "request-in-flight")
        await example.connection.execute("DELETE FROM notes")
    answered = await first
    assert answered.status_code == 201
    assert same(answered, await example.write("slow", headers=key))
    assert await example.notes() == ["slow"]


async def test_many_at_once_are_one_act(example: Example) -> None:
    """Some come in the very moment in which the first commits; they must not find its note there and its key not."""
    rounds = [f"round {number}" for number in range(15)]
    for words in rounds:
        answers = await asyncio.gather(*(example.write(words, headers={"Idempotency-Key": words}) for _ in range(20)))
        assert {a.status_code for a in answers} <= {201, 409}
        assert same(*[a for a in answers if a.status_code == 201])
        assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"request-in-flight"}
    assert await example.notes() == rounds


@pytest.mark.parametrize(("said", "status"), [({"amount": "-1"}, 409), ({"answers": 999}, 409), ({"amount": "x"}, 422)])
async def test_a_failed_act_stores_nothing(example: Example, said: dict[str, object], status: int) -> None:
    """Also one that fails at the commit: its answer was stored in the same transaction."""
    failed = await example.write("a", headers={"Idempotency-Key": "k"}, **said)
    assert failed.status_code == status
    assert await example.connection.fetchval("SELECT count(*) FROM idempotency_keys") == 0
    mended = await example.write("a", headers={"Idempotency-Key": "k"})
    assert mended.status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_keys_have_a_length(example: Example, key: str) -> None:
    answer = await example.write("a", headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_kept_answers_cannot_be_altered(example: Example) -> None:
    await example.write("a", headers={"Idempotency-Key": "k"})
    connection = await example.db.opened.connect()
    for attack in ("UPDATE idempotency_keys SET status = 200", "DELETE FROM idempotency_keys"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attack)
    await connection.close()
