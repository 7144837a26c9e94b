"""Who creates and changes accounts, and what the staff directory does to them."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import open_database
from chassis.outbox import Outgoing, announce
from chassis.relay import relay
from chassis.testing import TestDatabase
from chassis.worker import Condition, work
from contracts.attendance import EmployeeChanged, EmployeeHired, EmployeeLeft
from gateway.accounts import command_line, run
from gateway.domain.errors import LoginTaken, WeakPassword
from gateway.queries.accounts import account_of
from gateway.queries.audit import first_broken
from gateway.settings import GatewaySettings
from gateway.worker import create_worker
from local_stack.nats import Nats

from .conftest import PASSWORD, Street

Streets = Callable[..., Awaitable[Street]]
NEW = {"password": "a perfectly good one"}


async def test_hr_creates_employees_and_leads_the_boss_everybody(street: Streets) -> None:
    town = await street()
    hr, boss = await town.signed_in("hr", login="hr"), await town.signed_in("boss", login="boss")
    got = await hr.post(
        "/auth/accounts", json={**NEW, "login": "Wang", "employee_no": "A1", "roles": ["lead", "employee"]}
    )
    assert got.status_code == 201
    assert got.json()["login"] == "wang"
    assert got.json()["roles"] == ["employee", "lead"]
    assert "password" not in got.text
    visitor = await town.visitor()
    await visitor.signs_in("wang", NEW["password"])
    for roles in (["hr"], ["finance"], ["boss"], ["employee", "boss"]):
        body = {**NEW, "login": f"x{len(roles)}{roles[0]}", "roles": roles}
        got = await hr.post("/auth/accounts", json=body)
        assert (got.status_code, got.json()["code"]) == (403, "beyond-ones-roles")
        assert (await boss.post("/auth/accounts", json=body)).status_code == 201
    listed = (await hr.get("/auth/accounts", params={"limit": 3})).json()
    assert [account["login"] for account in listed["items"]] == ["boss", "hr", "wang"]
    rest = (await hr.get("/auth/accounts", params={"cursor": listed["next"]})).json()
    assert len(rest["items"]) == 4


async def test_only_hr_and_boss_see_or_manage_accounts(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    for role in ("employee", "lead", "finance"):
        visitor = await town.signed_in(role, login=role)
        for method, path, body in (
            ("GET", "/auth/accounts", None),
            ("GET", "/auth/accounts/wang", None),
            ("POST", "/auth/accounts", {**NEW, "login": "y", "roles": ["employee"]}),
            ("PUT", "/auth/accounts/wang/standing", {"roles": ["boss"]}),
            ("PUT", f"/auth/accounts/{role}/standing", {"roles": ["boss"]}),
            ("POST", "/auth/accounts/wang/disable", None),
            ("POST", "/auth/accounts/wang/enable", None),
            ("POST", "/auth/accounts/wang/password", NEW),
            ("GET", "/auth/audit", None),
        ):
            got = await visitor.request(method, path, json=body)
            assert got.status_code == 403, (role, path)


async def test_nobody_raises_themselves(street: Streets) -> None:
    town = await street()
    hr, boss = await town.signed_in("hr", login="hr"), await town.signed_in("boss", login="boss")
    for visitor, own in ((hr, "hr"), (boss, "boss")):
        for got in (
            await visitor.put(f"/auth/accounts/{own}/standing", json={"roles": ["boss"], "shops": ["all"]}),
            await visitor.post(f"/auth/accounts/{own}/enable"),
            await visitor.post(f"/auth/accounts/{own}/disable"),
            await visitor.post(f"/auth/accounts/{own}/password", json=NEW),
        ):
            assert (got.status_code, got.json()["code"]) == (403, "not-ones-own")
    await town.account("lead", "lead")
    for got in (
        await hr.put("/auth/accounts/lead/standing", json={"roles": ["boss"]}),
        await hr.put("/auth/accounts/boss/standing", json={"roles": ["employee"]}),
        await hr.post("/auth/accounts/boss/password", json=NEW),
        await hr.post("/auth/accounts/boss/disable"),
    ):
        assert (got.status_code, got.json()["code"]) == (403, "beyond-ones-roles")
    assert (await hr.get("/auth/accounts/nobody")).status_code == 404


async def test_what_cannot_be_is_refused_with_its_field(street: Streets) -> None:
    town = await street()
    boss = await town.signed_in("boss", login="boss", employee_no="B1")
    good = {**NEW, "login": "wang", "employee_no": "A1", "roles": ["employee"]}
    assert (await boss.post("/auth/accounts", json=good)).status_code == 201
    for change, code, field, status in (
        ({}, "login-taken", "login", 409),
        ({"login": "WANG "}, "login-taken", "login", 409),
        ({"login": "li"}, "employee-has-account", "employee_no", 409),
        ({"login": "li", "password": "short"}, "weak-password", "password", 422),
        ({"login": "li", "password": "li li li li"}, "weak-password", "password", 422),
        ({"login": "no spaces"}, "login-unusable", "login", 422),
        ({"login": "li", "roles": []}, "request-invalid", "roles", 422),
        ({"login": "li", "roles": ["emperor"]}, "request-invalid", "roles.0", 422),
        ({"login": "li", "rolls": ["boss"]}, "request-invalid", "rolls", 422),
    ):
        got = await boss.post("/auth/accounts", json={**good, **change})
        assert (got.status_code, got.json()["code"], got.json()["field"]) == (status, code, field), change
        assert got.json()["detail_zh"]
    no_person = {**NEW, "roles": ["employee"]}
    assert (await boss.post("/auth/accounts", json={**no_person, "login": "zhou"})).status_code == 201
    assert (await boss.post("/auth/accounts", json={**no_person, "login": "sun"})).status_code == 201


async def test_a_change_of_standing_or_password_ends_the_sessions(street: Streets) -> None:
    town = await street()
    hr = await town.signed_in("hr", login="hr")
    changes: tuple[tuple[str, str, dict[str, object] | None], ...] = (
        ("PUT", "standing", {"roles": ["employee"], "shops": ["s9"]}),
        ("POST", "password", {**NEW}),
        ("POST", "disable", None),
    )
    for n, (method, act, body) in enumerate(changes):
        visitor = await town.signed_in("lead", login=f"wang{n}")
        assert (await visitor.get("/api/orders/x")).status_code == 200
        got = await hr.request(method, f"/auth/accounts/wang{n}/{act}", json=body)
        assert got.status_code in (200, 204)
        assert (await visitor.get("/api/orders/x")).status_code == 401
    form = {"username": "wang2", "password": PASSWORD}
    assert (await visitor.post("/auth/token", data=form)).status_code == 401
    assert (await hr.post("/auth/accounts/wang2/enable")).json()["disabled_at"] is None
    assert (await visitor.get("/api/orders/x")).status_code == 401, "the old session stays ended"
    await visitor.signs_in("wang2")
    await visitor.signs_in("wang1", NEW["password"])
    await visitor.signs_in("wang0")
    assert (await visitor.get("/auth/me")).json()["shops"] == ["s9"]


async def test_the_command_creates_the_first_account_and_checks_the_audit(
    street: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await street()
    create = ["create", "First.Boss", "--role", "boss", "--role", "employee", "--employee-no", "B1", "--shop", "s1"]
    command = [sys.executable, "-m", "gateway.accounts", *create]
    given = f"{NEW['password']}\n"
    done = await asyncio.to_thread(subprocess.run, command, input=given, capture_output=True, text=True, check=True)
    assert done.stdout == "created first.boss (boss, employee)\n"
    monkeypatch.setenv("ZHANGGUI_PASSWORD", NEW["password"])
    with pytest.raises(LoginTaken):
        await run(command_line().parse_args(create))
    monkeypatch.setenv("ZHANGGUI_PASSWORD", "short")
    with pytest.raises(WeakPassword, match="10 to 128"):
        await run(command_line().parse_args(["create", "other", "--role", "lead"]))
    with pytest.raises(SystemExit):
        command_line().parse_args(["create", "other", "--role", "emperor"])
    visitor = await town.visitor()
    await visitor.signs_in("first.boss", NEW["password"])
    assert (await visitor.get("/auth/me")).json()["employee_no"] == "B1"
    assert await run(command_line().parse_args(["verify-audit"])) == "the audit is whole"


async def test_verifying_finds_any_change_of_the_audit(street: Streets) -> None:
    town = await street()
    for n in range(6):
        await town.account(f"a{n}", "employee")
    owner = open_database(town.owner_url)
    for change, broken in (
        ("SELECT 1", None),
        ("UPDATE audit SET details = '{}' WHERE position = 3", 3),
        ("UPDATE audit SET actor = 'somebody else' WHERE position = 6", 6),
        ("DELETE FROM audit WHERE position = 4", 4),
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE position = 1", 1),
        ("UPDATE audit SET position = 9 WHERE position = 2", 2),
    ):
        async with AsyncSession(owner.engine) as session:
            await session.execute(text(change))
            assert await first_broken(session) == broken
            await session.rollback()
    await owner.close()


async def test_the_gateway_learns_of_people_and_a_leaver_is_out(
    street: Streets, database: Callable[[str], Awaitable[TestDatabase]], broker: Nats
) -> None:
    town = await street(nats_url=broker.url("gateway"), nats_monitor_url=broker.monitor_url)
    attendance = await database("attendance")
    today = town.door().business_date(town.door().now)
    leaver = await town.signed_in("employee", login="leaver", employee_no="A1")
    stayer = await town.signed_in("employee", login="stayer", employee_no="A2")
    later = await town.signed_in("employee", login="later", employee_no="A3")

    def person(no: str) -> dict[str, object]:
        return {
            "employee_no": no,
            "name": f"人{no}",
            "department": "客服",
            "post": "客服",
            "hire_date": date(2024, 1, 1),
        }

    working = asyncio.create_task(work(create_worker(), town.database, GatewaySettings(), Condition()))
    relaying = asyncio.create_task(relay(attendance.url, broker.url("attendance"), "attendance"))
    try:
        for events in (
            [EmployeeHired.model_validate(person(no)) for no in ("A1", "A2", "A3")],
            [EmployeeChanged.model_validate({**person("A2"), "department": "仓库"})],
            [
                EmployeeLeft(employee_no="A1", leave_date=today - timedelta(days=1)),
                EmployeeLeft(employee_no="A3", leave_date=today),
            ],
        ):
            async with attendance.opened.transaction(town.door()) as session:
                for event in events:
                    announce(session, Outgoing(data=event, about=event.employee_no, time=town.door().now))
        async with asyncio.timeout(20):
            while True:
                async with town.database.reading() as session:
                    account = await account_of(session, "leaver")
                if account is not None and account.disabled_at is not None:
                    break
                await asyncio.sleep(0.1)
        assert account.name == "人A1"
        async with asyncio.timeout(10):
            while (await leaver.get("/api/orders/x")).status_code != 401:
                await asyncio.sleep(0.2)
        form = {"username": "leaver", "password": PASSWORD}
        assert (await leaver.post("/auth/token", data=form)).status_code == 401
        for visitor in (stayer, later):
            assert (await visitor.get("/api/orders/x")).status_code == 200, "the last day is a day of work"
        async with town.database.reading() as session:
            moved = await account_of(session, "stayer")
        assert moved is not None
        assert moved.department == "仓库"
    finally:
        for task in (working, relaying):
            task.cancel()
        await asyncio.gather(working, relaying, return_exceptions=True)
