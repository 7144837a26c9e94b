"""The doors of HTTP: the commit comes before the answer, and every fault is a problem that says what and where."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy.engine import make_url

from chassis.testing import at
from chassis.web import BODY_LIMIT

from .conftest import Example

INTERNALS = ("Traceback", "asyncpg", "sqlalchemy", "INSERT INTO", "SELECT", "site-packages")


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a whole problem without internals, and give its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    assert body["detail_zh"]
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert not [word for word in INTERNALS if word in answer.text]
    return body


async def test_an_answer_was_committed(example: Example) -> None:
    answer = await example.write("first")
    assert answer.status_code == 201
    assert await example.notes() == ["first"]


async def test_a_commit_that_fails_is_never_a_success(example: Example) -> None:
    answer = await example.write("answers nothing", answers=999)
    problem_of(answer, 409, "already-there")
    assert await example.notes() == []


async def test_a_connection_lost_before_the_commit_is_503(example: Example) -> None:
    """The act is done and the answer is made; the server ends the session before it hears the commit."""
    await example.connection.execute(
        """
        CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'going down' USING ERRCODE = '57P01'; END $$;
        CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION hang_up();
        """
    )
    answer = await example.write("too late")
    problem_of(answer, 503, "unavailable")
    assert await example.notes() == []


async def test_a_mistake_at_the_commit_is_500(example: Example) -> None:
    await example.connection.execute(
        """
        CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0 FROM nowhere; END $$;
        CREATE CONSTRAINT TRIGGER stumble AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION stumble();
        """
    )
    answer = await example.write("stumbles")
    problem_of(answer, 500, "internal-fault")
    assert await example.notes() == []


async def test_a_fault_in_the_code_is_a_problem_too(example: Example) -> None:
    answer = await example.http.get("/notes/1", headers=example.by("boss"))
    problem_of(answer, 500, "internal-fault")


async def test_a_missing_permission_is_403(example: Example) -> None:
    answer = await example.http.post("/notes", json={"words": "mine"}, headers=example.by("employee"))
    problem_of(answer, 403, "forbidden")
    assert await example.notes() == []
    assert (await example.http.get("/notes", headers=example.by("employee"))).status_code == 200


async def test_refused_before_the_body_is_judged(example: Example) -> None:
    problem_of(await example.http.post("/notes", json={"nonsense": 1}), 401, "unauthorised")


UNFIT: list[tuple[Any, str]] = [
    ({}, "words"),
    ({"words": 1}, "words"),
    ({"words": "a", "amount": "many"}, "amount"),
    ({"words": "a", "answers": "x"}, "answers"),
    ([], "body"),
]


async def test_an_unfit_body_names_the_field(example: Example) -> None:
    for body, field in UNFIT:
        answer = await example.http.post("/notes", json=body, headers=example.by("boss"))
        said = problem_of(answer, 422, "request-invalid")
        [error] = said["errors"]
        assert (said["field"], error["field"]) == (field, field)
        assert error["message"]
        assert error["message_zh"]


async def test_what_is_no_json_is_refused(example: Example) -> None:
    headers = example.by("boss") | {"Content-Type": "application/json"}
    for sent in (b"{", b"\xff\xfe", b'{"words": "\xd6\xd0"}', b"[" * 100_000, b""):
        answer = await example.http.post("/notes", content=sent, headers=headers)
        assert answer.status_code in (400, 422), answer.text
        said = problem_of(answer, answer.status_code, answer.json()["code"])
        assert said.get("field") in ("body", None)


async def test_what_was_sent_is_not_echoed(example: Example) -> None:
    answer = await example.http.post("/notes", json={"words": "a", "amount": "my secret"}, headers=example.by("boss"))
    assert "my secret" not in answer.text


async def test_what_the_database_cannot_hold_is_422(example: Example) -> None:
    for said in (
        {"words": "a\x00b"},
        {"words": "a", "amount": "123456789012345"},
        {"words": "a", "answers": 2**70},
    ):
        answer = await example.http.post("/notes", json=said, headers=example.by("boss"))
        problem_of(answer, 422, "value-impossible")


async def test_what_the_data_forbids_is_409(example: Example) -> None:
    await example.write("once")
    problem_of(await example.write("once"), 409, "already-there")
    problem_of(await example.write("less than nothing", amount="-1"), 409, "already-there")
    assert await example.notes() == ["once"]


async def test_a_body_over_the_limit_by_its_length(example: Example) -> None:
    content = json.dumps({"words": "x" * BODY_LIMIT}).encode()
    headers = example.by("boss") | {"Content-Type": "application/json"}
    answer = await example.http.post("/notes", content=content, headers=headers)
    problem_of(answer, 413, "body-too-large")


async def test_a_body_over_the_limit_in_chunks_is_not_read_to_its_end(example: Example) -> None:
    chunk, taken = b"x" * 65536, 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'{"words": "'
        while taken < 20 * BODY_LIMIT:
            taken += len(chunk)
            yield chunk

    headers = example.by("boss") | {"Content-Type": "application/json"}
    answer = await example.http.post("/notes", content=endless(), headers=headers)
    problem_of(answer, 413, "body-too-large")
    assert taken <= BODY_LIMIT + 2 * len(chunk)


async def test_unknown_paths_and_methods(example: Example) -> None:
    problem_of(await example.http.get("/nowhere"), 404, "not-found")
    answer = await example.http.delete("/notes")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


async def test_a_database_that_is_down_is_503(example: Example, client: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = replace(example.db, url=f"postgresql://example_app:x@127.0.0.1:{closed.getsockname()[1]}/example")
        http = await client("example", nobody)
        headers = http.auth_of(example.principal("boss"))
        answers = [
            await http.get("/notes", headers=headers),
            await http.post("/notes", json={"words": "a"}, headers=headers),
            await http.get("/healthz"),
        ]
    for answer in answers:
        problem_of(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_database_that_comes_back_is_used_again(example: Example) -> None:
    await example.write("before")
    admin = await asyncpg.connect(at("postgres"))
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'example_app'",
        make_url(example.db.url).database,
    )
    await admin.close()
    answers = [await example.write(f"after {i}") for i in range(3)]
    assert {a.status_code for a in answers} <= {201, 503}
    assert answers[-1].status_code == 201
    assert len(await example.notes()) == 1 + sum(a.status_code == 201 for a in answers)


async def test_a_pool_that_is_used_up_is_503(example: Example, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHANGGUI_POOL_SIZE", "1")
    http = await client("example", example.db)
    http_pool = http._transport.app.state.database.engine.pool
    http_pool._timeout = 0.1
    headers = http.auth_of(example.principal("boss"))
    async with example.connection.transaction():
        await example.connection.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
        held = asyncio.create_task(http.get("/notes", headers=headers))
        await asyncio.sleep(0.2)
        problem_of(await http.get("/notes", headers=headers), 503, "unavailable")
    assert (await held).status_code == 200


async def test_the_correlation_id_goes_through(example: Example) -> None:
    answer = await example.write("a", headers={"X-Correlation-Id": "walk-1:a.b_c"})
    assert answer.headers["x-correlation-id"] == "walk-1:a.b_c"
    answer = await example.http.get("/notes", headers={"X-Correlation-Id": "walk-2"})
    assert answer.json()["correlation_id"] == "walk-2"


async def test_a_garbage_correlation_id_is_replaced(example: Example) -> None:
    garbage = [b"", b"a b", b"a\tb", b'a"}', b"x" * 129, "ü".encode("latin-1"), b"{}"]
    answers = [await example.http.get("/nowhere", headers=[(b"X-Correlation-Id", id_)]) for id_ in garbage]
    given = {answer.headers["x-correlation-id"] for answer in answers}
    assert len(given) == len(garbage)
    assert not {id_.decode("latin-1") for id_ in garbage} & given


async def test_metrics_tell_request_times(example: Example) -> None:
    await example.write("a")
    await example.http.get("/notes/1", headers=example.by("boss"))
    await example.http.get("/nowhere/at/all")
    metrics = (await example.http.get("/metrics")).text
    for labels in (
        'method="POST",route="/notes",status="201"',
        'method="GET",route="/notes/{note_id}",status="200"',
        'method="GET",route="unmatched",status="404"',
    ):
        assert f"zhanggui_request_seconds_count{{{labels}}}" in metrics
    assert "/nowhere" not in metrics, "paths that anybody makes up would fill the memory"


async def test_health(example: Example) -> None:
    answer = await example.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
