"""What is not yours to see answers exactly like what is not there: status, headers and body."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.journeys.house import (
    DEPARTMENT,
    Employee,
    House,
    employ,
    once,
    pages,
    pay,
    reached,
    said,
    send,
    table,
    until,
)

WHO, SHOP, MONTH = "foreign-b", "foreign-shop", "2021-05"
VARYING = {"date", "x-correlation-id", "correlation-id", "content-length", "traceparent"}


@pytest.fixture(scope="module")
def theirs(house: House) -> list[tuple[str, str]]:
    """Make something of everything about one person and shop: addresses, each beside one that is not there."""
    employ(house, [Employee(WHO, "2021-05-01", "2021-05-31", "5000.00", scheme=DEPARTMENT)])
    line = {"sku": "S-1", "unit_price": "10.00", "seller": WHO}
    order = {"shop": SHOP, "order_no": "f-1", "placed_at": "2021-05-03T10:00:00+08:00", "lines": [line]}
    said(house.boss.post("/api/orders/orders", json=order, headers=once()))
    review: dict[str, Any] = {
        "shop": SHOP,
        "review_no": "f-1",
        "score": 1,
        "written_at": "2021-05-10T10:00:00+08:00",
        "order_no": "f-1",
    }
    review |= {
        "order_unknown": True,
        "answered_at": "2021-05-10T11:00:00+08:00",
        "responsible": [{"employee_no": WHO}],
        "cause": "发错",
    }
    said(house.boss.post("/api/service-desk/reviews", json=review, headers=once()))
    said_by = (("customer", "", "2021-05-04 10:00:00"), ("agent", WHO, "2021-05-04 10:00:05"))
    rows = [(SHOP, "f-1", f"m{n}", at, who, number) for n, (who, number, at) in enumerate(said_by)]
    columns = ("shop", "chat_no", "message_no", "sent_at", "sender", "employee_no")
    chats = send(
        house.boss,
        "service-desk",
        {"chats.csv": table(columns, rows)},
        kind="messages",
        profile="generic-messages",
        commit=True,
    )
    reached(house.boss, chats, "committed")

    def proposed() -> list[dict[str, Any]]:
        return pages(house.finance, "/api/payroll/deductions", employee_no=WHO, period=MONTH)

    (deduction,) = until("a proposal", proposed)
    pay(house, MONTH)
    return [
        (f"/api/attendance/employees/{WHO}", "/api/attendance/employees/nobody-x"),
        (f"/api/orders/orders/{SHOP}/f-1", f"/api/orders/orders/{SHOP}/absent"),
        (f"/api/service-desk/chats/{SHOP}/f-1", f"/api/service-desk/chats/{SHOP}/absent"),
        (f"/api/service-desk/reviews/{SHOP}/f-1", f"/api/service-desk/reviews/{SHOP}/absent"),
        (chats, f"/api/service-desk/imports/{uuid4()}"),
        (f"/api/payroll/deductions/{deduction['id']}", f"/api/payroll/deductions/{uuid4()}"),
        (f"/api/payroll/payslips/{MONTH}/{WHO}", f"/api/payroll/payslips/{MONTH}/nobody-x"),
        (f"/api/payroll/running/{WHO}?period={MONTH}", f"/api/payroll/running/nobody-x?period={MONTH}"),
        (f"/api/payroll/terms/{WHO}", "/api/payroll/terms/nobody-x"),
    ]


@pytest.fixture(scope="module")
def strangers(house: House) -> Iterator[dict[str, httpx.Client]]:
    """Accounts whose people and departments are others."""
    limits: dict[str, dict[str, Any]] = {
        "employee": {"roles": ["employee"], "employee_no": "foreign-a1"},
        "lead": {"roles": ["lead"], "employee_no": "foreign-a2", "departments": ["elsewhere"]},
        "hr of a department": {"roles": ["hr"], "departments": ["elsewhere"]},
    }
    with ExitStack() as opened:
        clients = {}
        for number, (name, standing) in enumerate(limits.items()):
            account = {"login": f"foreign-{number}", "password": "correct horse battery"} | standing
            said(house.boss.post("/auth/accounts", json=account))
            clients[name] = opened.enter_context(house.person(account["login"], account["password"]))
        yield clients


def test_a_foreign_object_answers_like_an_absent_one(
    house: House, theirs: list[tuple[str, str]], strangers: dict[str, httpx.Client]
) -> None:
    hidden = 0
    for there, absent in theirs:
        assert house.boss.get(there).status_code == 200, f"{there} is there at all"
        assert house.boss.get(absent).status_code in (200, 404), absent
        for name, stranger in strangers.items():
            foreign, nothing = stranger.get(there), stranger.get(absent)
            assert _seen(foreign, there) == _seen(nothing, absent), f"{name} learns that {there} exists"
            assert WHO not in foreign.text, f"{name} is told of {there}"
            hidden += foreign.status_code == 404
    assert hidden >= 2 * len(theirs), "most are answered as absent, not as forbidden"


def _seen(answer: httpx.Response, address: str) -> tuple[int, dict[str, str], str]:
    body = answer.json()
    body.pop("correlation_id", None)
    asked = address.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status_code, headers, json.dumps(body, sort_keys=True).replace(asked, "…")
