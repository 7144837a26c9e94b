"""Keeper and auditor, and whom an account that is limited to departments or shops may know of."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from chassis.auth import Keys

from .conftest import Street, Visitor

Streets = Callable[..., Awaitable[Street]]
NEW = {"password": "a perfectly good one"}


async def test_keeper_and_auditor_are_roles_everywhere(street: Streets) -> None:
    town = await street()
    boss = await town.signed_in("boss", login="boss")
    for role in ("keeper", "auditor"):
        body = {**NEW, "login": role, "roles": [role, "employee"], "shops": ["s1"]}
        assert (await boss.post("/auth/accounts", json=body)).status_code == 201
        visitor = await town.visitor()
        await visitor.signs_in(role, NEW["password"])
        assert (await visitor.get("/auth/me")).json()["roles"] == sorted([role, "employee"])
        await visitor.get("/api/orders/orders")
        token = town.orders.seen[-1].headers["authorization"].removeprefix("Bearer ")
        keys = Keys({"gateway": town.keys.private.public_key()})
        by = keys.verify(token, audience="orders", now=town.door().now)
        assert (by.roles, by.shops) == (frozenset({role, "employee"}), frozenset({"s1"}))
    schemas = (await boss.get("/docs/openapi.json")).json()["components"]["schemas"]
    assert {"keeper", "auditor"} <= set(schemas["gateway.StandingBody"]["properties"]["roles"]["items"]["enum"])


async def test_an_auditor_reads_accounts_and_audit_and_changes_nothing(street: Streets) -> None:
    town = await street()
    await town.account("wang", "employee")
    auditor = await town.signed_in("auditor", login="auditor")
    listed = (await auditor.get("/auth/accounts")).json()["items"]
    assert [account["login"] for account in listed] == ["auditor", "wang"]
    assert (await auditor.get("/auth/accounts/wang")).json()["roles"] == ["employee"]
    acts = [entry["act"] for entry in (await auditor.get("/auth/audit")).json()["items"]]
    assert acts.count("account.created") == 2
    before = (await auditor.get("/auth/accounts/wang")).json()
    for method, path, body in _changes("wang"):
        assert (await auditor.request(method, path, json=body)).status_code == 403, path
    assert (await auditor.get("/auth/accounts/wang")).json() == before
    keeper = await town.signed_in("keeper", login="keeper")
    for path in ("/auth/accounts", "/auth/accounts/wang", "/auth/audit"):
        assert (await keeper.get(path)).status_code == 403


def _changes(login: str) -> list[tuple[str, str, dict[str, Any] | None]]:
    return [
        ("POST", "/auth/accounts", {**NEW, "login": "new", "roles": ["employee"]}),
        ("PUT", f"/auth/accounts/{login}/standing", {"roles": ["lead"]}),
        ("POST", f"/auth/accounts/{login}/disable", None),
        ("POST", f"/auth/accounts/{login}/enable", None),
        ("POST", f"/auth/accounts/{login}/password", NEW),
    ]


async def test_who_audits_decides_nothing(street: Streets) -> None:
    town = await street()
    boss, hr = await town.signed_in("boss", login="boss"), await town.signed_in("hr", login="hr")
    for more in ("lead", "hr", "finance", "boss", "keeper"):
        got = await boss.post("/auth/accounts", json={**NEW, "login": "x", "roles": ["auditor", more]})
        assert (got.status_code, got.json()["code"], got.json()["field"]) == (422, "auditor-acts", "roles")
    await town.account("wang", "finance")
    got = await boss.put("/auth/accounts/wang/standing", json={"roles": ["finance", "auditor"]})
    assert (got.status_code, got.json()["code"]) == (422, "auditor-acts")
    got = await hr.post("/auth/accounts", json={**NEW, "login": "x", "roles": ["auditor"]})
    assert (got.status_code, got.json()["code"]) == (403, "beyond-ones-roles")
    assert (await hr.post("/auth/accounts", json={**NEW, "login": "x", "roles": ["keeper"]})).status_code == 201


async def people(town: Street, **departments: str) -> None:
    """Enter people into the gateway's staff directory."""
    owner = await asyncpg.connect(town.owner_url)
    rows = [(number, f"人{number}", department) for number, department in departments.items()]
    await owner.executemany("INSERT INTO employees (employee_no, name, department) VALUES ($1, $2, $3)", rows)
    await owner.close()


async def logins(visitor: Visitor) -> list[str]:
    return [account["login"] for account in (await visitor.get("/auth/accounts")).json()["items"]]


async def test_who_is_limited_to_departments_knows_of_accounts_within(street: Streets) -> None:
    town = await street()
    await people(town, A1="一部", A2="二部", A3="一部", A4="一部")
    await town.account("mine", "employee", employee_no="A1")
    await town.account("other", "employee", employee_no="A2")
    await town.account("wide-lead", "lead", employee_no="A3", departments=["一部", "二部"])
    await town.account("finance", "finance", employee_no="A4")
    await town.account("nobody-of", "lead", departments=["一部"])
    await town.account("stranger", "employee")
    hr = await town.signed_in("hr", login="hr", departments=["一部"])
    assert await logins(hr) == ["hr", "mine", "nobody-of"]
    absent = (await hr.get("/auth/accounts/absent")).json() | {"correlation_id": ""}
    for login in ("other", "wide-lead", "stranger", "finance"):
        assert (await hr.get(f"/auth/accounts/{login}")).json() | {"correlation_id": ""} == absent
        for method, path, body in _changes(login)[1:]:
            assert (await hr.request(method, path, json=body)).status_code == 404, path
    assert (await hr.post("/auth/accounts/mine/password", json=NEW)).status_code == 204
    auditor = await town.signed_in("auditor", login="auditor", departments=["二部"])
    assert await logins(auditor) == ["auditor", "other"]
    read = {entry["login"] for entry in (await auditor.get("/auth/audit")).json()["items"]}
    assert read == {"auditor", "other"}


async def test_who_is_limited_grants_no_more_than_they_have(street: Streets) -> None:
    town = await street()
    await people(town, A1="一部", A2="二部")
    hr = await town.signed_in("hr", login="hr", departments=["一部", "三部"], shops=["s1", "s2"])
    standing = {"roles": ["lead"], "departments": ["三部"], "shops": ["s1"]}
    good = {**NEW, "login": "wang", "employee_no": "A1", **standing}
    for change in ({"employee_no": "A2"}, {"employee_no": "A9", "departments": []}):  # nobody knows A9
        got = await hr.post("/auth/accounts", json={**good, **change})
        assert (got.status_code, got.json()["code"]) == (403, "beyond-ones-scope"), change
    assert await logins(hr) == ["hr"], "nothing of what was refused stays"
    assert (await hr.post("/auth/accounts", json=good)).status_code == 201
    changes: tuple[dict[str, Any], ...] = (
        {"departments": ["二部"]},
        {"shops": []},  # no shop named means all of them
        {"shops": ["s1", "s9"]},
        {"roles": ["keeper"], "departments": []},  # a keeper without departments sees all
    )
    for change in changes:
        got = await hr.put("/auth/accounts/wang/standing", json={**standing, **change})
        assert (got.status_code, got.json()["code"]) == (403, "beyond-ones-scope"), change
    assert (await hr.get("/auth/accounts/wang")).json()["shops"] == ["s1"]
    narrowed = await hr.put("/auth/accounts/wang/standing", json={"roles": ["employee"], "shops": ["s2"]})
    assert narrowed.json()["shops"] == ["s2"]


async def test_the_service_desk_is_written_with_a_dash_outside(street: Streets) -> None:
    town = await street()
    visitor = await town.signed_in("employee")
    assert (await visitor.get("/api/service-desk/reviews/r1?x=1")).status_code == 200
    seen = town.orders.seen[-1]
    assert (seen.raw_path, seen.query) == ("/reviews/r1", "x=1")
    token = seen.headers["authorization"].removeprefix("Bearer ")
    keys = Keys({"gateway": town.keys.private.public_key()})
    assert keys.verify(token, audience="service_desk", now=town.door().now).sub == "somebody"
    foreign = await visitor.get("/api/service_desk/reviews/r1")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "unknown-service")
