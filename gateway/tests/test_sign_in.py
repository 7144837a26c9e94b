"""Signing in, staying signed in, signing out."""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from gateway import identity
from gateway.app import create_app
from gateway.commands.sessions import forget_expired, note_refusal
from gateway.domain import acts
from gateway.models import access_tokens, audit, refresh_tokens, sessions

from .conftest import PASSWORD, SHIPPED, Street, Visitor, served

Streets = Callable[..., Awaitable[Street]]


async def test_a_password_opens_a_session(street: Streets) -> None:
    town = await street()
    await town.account("wang.li", "employee", "lead", employee_no="A001", shops=["s1"])
    visitor = await town.visitor()
    got = await visitor.post(
        "/auth/token", data={"grant_type": "password", "username": " Wang.Li ", "password": PASSWORD}
    )
    assert got.status_code == 200
    assert got.headers["cache-control"] == "no-store"
    said = got.json()
    assert said["token_type"] == "bearer"
    assert said["expires_in"] <= 600
    me = await visitor.get("/auth/me", headers={"Authorization": f"Bearer {said['access_token']}"})
    assert me.json() == {
        "login": "wang.li",
        "employee_no": "A001",
        "roles": ["employee", "lead"],
        "departments": [],
        "shops": ["s1"],
    }
    assert (await visitor.get("/auth/me")).status_code == 401
    async with town.database.reading() as session:
        tables = "SELECT t::text FROM access_tokens t UNION ALL SELECT t::text FROM refresh_tokens t"
        kept = (await session.execute(text(tables))).all()
        assert not any(said[name][8:40] in str(kept) for name in ("access_token", "refresh_token")), "hashes only"


async def test_wrong_name_and_wrong_password_answer_alike(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    await town.account("gone", "employee")
    boss = await town.signed_in("boss", login="boss")
    await boss.post("/auth/accounts/gone/disable")
    visitor = await town.visitor()
    answers = []
    for login, password in (
        ("wang", "wrong password"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("a" * 200, PASSWORD),
    ):
        got = await visitor.post("/auth/token", data={"username": login, "password": password})
        body = got.json()
        del body["correlation_id"]
        answers.append((got.status_code, body, set(got.headers)))
    assert answers[0][0] == 401
    assert answers[0][1]["code"] == "sign-in-refused"
    assert all(answer == answers[0] for answer in answers)
    for data in ({"username": "wang"}, {"username": "wang", "password": "x", "grant_type": "client_credentials"}):
        got = await visitor.post("/auth/token", data=data)
        assert got.status_code == 422
        assert got.headers["content-type"] == "application/problem+json"


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (SHIPPED.memory_cost, SHIPPED.time_cost, SHIPPED.parallelism) == (65536, 3, 4), "RFC 9106, second option"
    monkeypatch.setattr("gateway.hashing.ARGON2", SHIPPED)
    town = await street()
    boss = await town.signed_in("boss", login="boss")
    for n in range(3):
        await boss.post("/auth/accounts", json={"login": f"real{n}", "password": PASSWORD, "roles": ["employee"]})
    visitor = await town.visitor()
    took: dict[str, list[float]] = {"real": [], "fake": []}
    for n in range(3):
        for kind, times in took.items():
            began = time.process_time()
            got = await visitor.post("/auth/token", data={"username": f"{kind}{n}", "password": "wrong password"})
            times.append(time.process_time() - began)
            assert got.status_code == 401
    real, fake = (statistics.median(took[kind]) for kind in ("real", "fake"))
    assert 0.4 < real / fake < 2.5, took


async def test_a_refresh_token_works_once_and_its_replay_ends_the_session(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    visitor = await town.visitor()
    first = await visitor.signs_in("wang")
    second = (await visitor.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert second["refresh_token"] != first["refresh_token"]
    visitor.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert (await visitor.get("/api/orders/x")).status_code == 200
    replay = await visitor.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (replay.status_code, replay.json()["code"]) == (401, "refresh-refused")
    assert (await visitor.get("/api/orders/x")).status_code == 401, "the thief's and the owner's tokens are both dead"
    assert (await visitor.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})).status_code == 401
    assert (await visitor.post("/auth/refresh", json={"refresh_token": first["access_token"]})).status_code == 401
    assert (await visitor.post("/auth/refresh", json={"refresh_token": "zgr_" + "0" * 64})).status_code == 401
    async with town.database.reading() as session:
        assert acts.REPLAYED in list(await session.scalars(select(audit.c.act)))


async def test_of_refreshes_at_once_one_wins(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    visitor = await town.visitor()
    token = (await visitor.signs_in("wang"))["refresh_token"]
    answers = await asyncio.gather(*(visitor.post("/auth/refresh", json={"refresh_token": token}) for _ in range(8)))
    assert sorted(got.status_code for got in answers) == [200] + [401] * 7


async def test_signing_out_ends_the_session_at_once(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    for which in ("access_token", "refresh_token"):
        visitor, stays = await town.visitor(), await town.visitor()
        given = await visitor.signs_in("wang")
        await stays.signs_in("wang")
        assert (await visitor.get("/api/orders/x")).status_code == 200
        assert (await visitor.post("/auth/revoke", json={"token": given[which]})).status_code == 204
        assert (await visitor.get("/api/orders/x")).status_code == 401
        assert (await visitor.get("/auth/me")).status_code == 401
        assert (await visitor.post("/auth/refresh", json={"refresh_token": given["refresh_token"]})).status_code == 401
        assert (await stays.get("/api/orders/x")).status_code == 200
    assert (await visitor.post("/auth/revoke", json={"token": "unknown"})).status_code == 204


async def test_tokens_and_sessions_end_with_time(street: Streets) -> None:
    town = await street()
    for table, what in ((access_tokens, "access"), (sessions, "session"), (refresh_tokens, "refresh")):
        await town.account(what, "employee")
        visitor = await town.visitor()
        given = await visitor.signs_in(what)
        async with town.database.transaction(town.door()) as session:
            await session.execute(table.update().values(expires_at=func.now() - timedelta(seconds=1)))
        refreshed = await visitor.post("/auth/refresh", json={"refresh_token": given["refresh_token"]})
        assert refreshed.status_code == (200 if what == "access" else 401)
        assert (await visitor.get("/api/orders/x")).status_code == (200 if what == "refresh" else 401)


async def test_guessing_one_account_becomes_slow_but_locks_nobody_out(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    visitor = await town.visitor()
    await visitor.signs_in("wang")  # from here on this network is a usual place of wang's
    async with town.database.transaction(town.door()) as session:
        for _ in range(20):
            await note_refusal(session, login="wang", network="203.0.113.5")
    began = time.monotonic()
    await visitor.signs_in("wang")
    assert time.monotonic() - began < 2, "the owner at the usual place does not wait for a guesser elsewhere"
    for _ in range(4):
        await visitor.post("/auth/token", data={"username": "wang", "password": "wrong password"})
    began = time.monotonic()
    await visitor.signs_in("wang")
    assert time.monotonic() - began >= 0.9, "guessing from the same place makes the next attempt wait"
    began = time.monotonic()
    await visitor.signs_in("wang")
    assert time.monotonic() - began < 0.9, "and signing in ends that"


async def test_guesses_at_once_wait_for_one_another(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    visitor = await town.visitor()
    guess = {"username": "wang", "password": "wrong password"}
    began = time.monotonic()
    answers = await asyncio.gather(*(visitor.post("/auth/token", data=guess) for _ in range(5)))
    assert {got.status_code for got in answers} == {401}
    assert time.monotonic() - began >= 1.4, "the fourth waits half a second, the fifth a whole one"


async def test_too_many_sign_ins_are_told_to_wait(street: Streets) -> None:
    town = await street(sign_in_rate=1)
    visitor = await town.visitor()
    form = {"username": "wang", "password": "wrong password"}
    answers = await asyncio.gather(*(visitor.post("/auth/token", data=form) for _ in range(8)))
    refused = [got for got in answers if got.status_code == 429]
    assert refused
    assert all(got.headers["retry-after"] for got in refused)


async def test_a_password_typed_as_a_name_is_not_written_down(street: Streets) -> None:
    town = await street()
    visitor = await town.visitor()
    await visitor.post("/auth/token", data={"username": "my secret passphrase", "password": "x"})
    async with town.database.reading() as session:
        (row,) = (await session.execute(select(audit))).all()
    assert row.act == acts.REFUSED
    assert row.network == "127.0.0.1"
    assert "secret" not in str(row)


async def test_ones_own_password_is_changed_with_the_current_one(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    visitor = await town.visitor()
    given = await visitor.signs_in("wang")
    wrong = await visitor.post("/auth/password", json={"current": "not this one", "new": "a much better one"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (422, "wrong-password", "current")
    weak = await visitor.post("/auth/password", json={"current": PASSWORD, "new": "short"})
    assert (weak.status_code, weak.json()["code"]) == (422, "weak-password")
    assert (await visitor.get("/api/orders/x")).status_code == 200
    good = await visitor.post("/auth/password", json={"current": PASSWORD, "new": "a much better one"})
    assert good.status_code == 204
    assert (await visitor.get("/api/orders/x")).status_code == 401
    assert (await visitor.post("/auth/refresh", json={"refresh_token": given["refresh_token"]})).status_code == 401
    await visitor.signs_in("wang", "a much better one")


async def test_the_audit_is_append_only_and_shows_every_change(street: Streets) -> None:
    town = await street()
    boss = await town.signed_in("boss", login="boss")
    await boss.post("/auth/accounts", json={"login": "wang", "password": PASSWORD, "roles": ["employee"]})
    visitor = await town.visitor()
    await visitor.signs_in("wang")
    page = (await boss.get("/auth/audit", params={"limit": 2})).json()
    assert [entry["act"] for entry in page["items"]] == [acts.SIGNED_IN, acts.CREATED]
    assert page["items"][1]["actor"] == "boss"
    assert json.loads(page["items"][1]["details"])["roles"] == ["employee"]
    rest = (await boss.get("/auth/audit", params={"cursor": page["next"]})).json()
    assert [entry["position"] for entry in rest["items"]] == [2, 1]
    assert (await visitor.get("/auth/audit")).status_code == 403
    for change in ("UPDATE audit SET login = 'x'", "DELETE FROM audit"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with town.database.transaction(town.door()) as session:
                await session.execute(text(change))


async def test_while_the_accounts_database_is_away_the_gateway_says_so(street: Streets) -> None:
    town = await street(database_url="postgresql://gateway_app:x@127.0.0.1:9/gateway", upstreams="{}")
    visitor = await town.visitor(headers={"Authorization": "Bearer zga_" + os.urandom(32).hex()})
    assert (await visitor.get("/api/orders/x")).status_code == 404
    town = await street(database_url="postgresql://gateway_app:x@127.0.0.1:9/gateway")
    visitor = await town.visitor(headers={"Authorization": "Bearer zga_" + os.urandom(32).hex()})
    for got in (await visitor.get("/api/orders/x"), await visitor.get("/auth/me"), await visitor.get("/healthz")):
        assert got.status_code == 503
        assert got.headers["retry-after"]
    form = {"username": "wang", "password": "wrong password"}
    assert (await visitor.post("/auth/token", data=form)).status_code == 503
    assert (await visitor.get("/docs")).status_code == 200


async def test_what_one_gateway_ends_another_learns_within_seconds(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "RECHECK", 0.3)
    town = await street()
    other = await town.stack.enter_async_context(served(create_app()))
    visitor = await town.signed_in()
    token = visitor.headers["Authorization"]
    there = await town.stack.enter_async_context(Visitor(base_url=f"http://127.0.0.1:{other}"))
    there.headers["Authorization"] = token
    assert (await visitor.get("/api/orders/x")).status_code == 200
    assert (await there.get("/api/orders/x")).status_code == 200
    await there.post("/auth/revoke", json={"token": token.removeprefix("Bearer ")})
    assert (await there.get("/api/orders/x")).status_code == 401
    await asyncio.sleep(0.35)
    assert (await visitor.get("/api/orders/x")).status_code == 401


async def test_what_has_expired_is_removed(street: Streets) -> None:
    town = await street()
    await town.signed_in(login="old")
    await town.signed_in(login="new")
    async with town.database.transaction(town.door()) as session:
        old = select(sessions.c.id).order_by(sessions.c.opened_at).limit(1).scalar_subquery()
        long_ago = town.door().now - timedelta(days=40)
        await session.execute(
            access_tokens.update().where(access_tokens.c.session_id == old).values(expires_at=long_ago)
        )
        await session.execute(sessions.update().where(sessions.c.id == old).values(expires_at=long_ago))
    async with town.database.transaction(town.door()) as session:
        await forget_expired(session)
    async with town.database.reading() as session:
        for table in (sessions, access_tokens, refresh_tokens):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 1
