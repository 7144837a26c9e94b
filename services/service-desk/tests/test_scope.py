"""Who sees and does what; what the roster and the directory change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.inbox import Received
from contracts.attendance import EmployeeHired, Seat, Segment, ShiftPublished, ShiftRevoked
from contracts.base import Party, Share
from contracts.orders import OrderCreated, OrderOperatorAssigned, OrderPaid
from service_desk.consumers import on_employee_hired, on_orders, on_shifts

from .conftest import Desk, asks, kinds, says

TEN = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
DUTY = UUID(int=7)


def received(data: Any, number: int = 1, when: datetime = TEN) -> Received[Any]:
    return Received(data, UUID(int=number), data.type, "", when, date(2026, 11, 2), "a", "c", number)


async def hear(desk: Desk, handler: Any, *events: Any) -> None:
    async with desk.db.opened.transaction(desk.door()) as session:
        await handler(session, [received(event, number) for number, event in enumerate(events, start=1)])


async def hire(desk: Desk) -> None:
    """A001 and A002 are led by L1, B001 works elsewhere."""
    people = [("A001", "一部", "L1"), ("A002", "一部", "L1"), ("B001", "二部", None), ("L1", "一部", None)]
    entry: dict[str, Any] = {"name": "林", "post": "客服", "hire_date": date(2026, 1, 1)}
    events = [EmployeeHired(employee_no=who, department=dept, manager_no=lead, **entry) for who, dept, lead in people]
    await hear(desk, on_employee_hired, *events)


async def three_chats(desk: Desk) -> None:
    for number, who in enumerate(("A001", "A002", "B001"), start=1):
        await desk.chat(asks("1", "10:00:00"), says("2", "10:05:00", who), chat_no=f"C{number}", buyer=f"tb_{number}")
        people = [{"employee_no": who}]
        written = {"written_at": "2026-11-02T10:00:00+08:00", "score": 1}
        await desk.post("/reviews", shop="tmall", review_no=f"R{number}", responsible=people, **written)
    await desk.settle()


@pytest.mark.parametrize(
    ("role", "who", "more", "seen"),
    [
        ("employee", "A001", {}, 1),
        ("employee", None, {}, 0),
        ("lead", "L1", {}, 2),
        ("lead", "L9", {"departments": ["二部"]}, 1),
        ("boss", None, {}, 3),
        ("auditor", None, {}, 3),
        ("boss", None, {"shops": ["jd"]}, 0),
    ],
)
async def test_everybody_sees_what_is_theirs(desk: Desk, role: str, who: str | None, more: Any, seen: int) -> None:
    await hire(desk)
    await three_chats(desk)
    by = desk.by(role, who, **more)
    for path in ("/chats", "/waits", "/inquiries", "/reviews"):
        assert len((await desk.read(path, by))["items"]) == seen, path
    if "shops" not in more:
        assert len((await desk.read("/chat-days", by))["items"]) == seen
    found = [
        await desk.read(f"/{kind}/tmall/{letter}{n}", by)
        for kind, letter in (("chats", "C"), ("reviews", "R"))
        for n in (1, 2, 3)
    ]
    assert len([one for one in found if one != 404]) == 2 * seen


async def test_a_foreign_row_answers_like_an_absent_one(desk: Desk) -> None:
    await three_chats(desk)
    mine = desk.by("employee", "A001")
    for foreign, absent in (("/chats/tmall/C2", "/chats/tmall/C9"), ("/reviews/tmall/R2", "/reviews/tmall/R9")):
        one, other = [await desk.http.get(path, headers=mine) for path in (foreign, absent)]
        assert one.status_code == other.status_code == 404
        assert one.json() | {"correlation_id": ""} == other.json() | {"correlation_id": ""}
    assert (await desk.post("/reviews/tmall/R2/answers", mine)).status_code == 404
    stated = await desk.post("/reviews/tmall/R1/answers", mine, answered_at="2026-11-02T11:00:00+08:00")
    assert (stated.status_code, stated.json()["code"]) == (403, "answer-time-not-yours")
    assert (await desk.post("/reviews/tmall/R1/answers", mine, text="抱歉")).status_code == 201


@pytest.mark.parametrize("role", ["employee", "hr", "finance", "auditor"])
async def test_not_everybody_records(desk: Desk, role: str) -> None:
    by = desk.by(role, "A001")
    assert (await desk.chat(asks("1", "10:00:00"), by=by)).status_code == 403
    review = {"shop": "tmall", "review_no": "R1", "score": 1, "written_at": "2026-11-02T10:00:00+08:00"}
    assert (await desk.post("/reviews", by, **review)).status_code == 403
    assert (await desk.post("/seats", by, shop="tmall", account="a", valid_from="2026-11-02")).status_code == 403


async def test_a_shop_is_the_limit_of_its_people(desk: Desk) -> None:
    await three_chats(desk)
    elsewhere = desk.by("lead", "L1", shops=["jd"])
    assert (await desk.chat(asks("1", "10:00:00"), by=elsewhere)).json()["code"] == "shop-not-yours"
    assert (await desk.post("/reviews/tmall/R1/revisions", elsewhere, score=5)).status_code == 404
    system = desk.by("service", None, shops=["tmall"])
    assert (await desk.post("/reviews/tmall/R1/revisions", system, score=5)).status_code == 201
    setting = {"name": "reply_seconds", "value": "60", "valid_from": "2026-11-02"}
    assert (await desk.post("/settings", elsewhere, **setting)).json()["code"] == "every-setting-not-yours"


async def test_somebody_unknown_is_refused_once_the_directory_knows_anybody(desk: Desk) -> None:
    await hire(desk)
    answer = await desk.chat(asks("1", "10:00:00"), says("2", "10:05:00", "X9"))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        422,
        "employee-unknown",
        "messages.1.employee_no",
    )


async def test_the_roster_stops_the_clock_and_tells_who_it_was(desk: Desk) -> None:
    await desk.chat(asks("1", "10:00:00", account="小美"), says("2", "10:05:00", None, account="小美"))
    await desk.settle()
    assert await desk.events() == []
    late = TEN + timedelta(minutes=4)
    segments = (Segment(starts_at=late, ends_at=late + timedelta(hours=4)),)
    seats = (Seat(shop="tmall", account="小美"),)
    duty = ShiftPublished(employee_no="A001", duty_id=DUTY, shift="day", segments=segments, seats=seats)
    await hear(desk, on_shifts, duty)
    await desk.settle()
    [wait] = (await desk.read("/chats/tmall/C1"))["waits"]
    assert (wait["employee_no"], wait["waited_seconds"]) == ("A001", 60)
    assert "chat.greeting_late" in kinds(await desk.events())
    revoked = {"revokes": UUID(int=1), "revoked_business_date": date(2026, 11, 2), "reason": "x"}
    await hear(desk, on_shifts, ShiftRevoked(employee_no="A001", duty_id=DUTY, **revoked))
    await desk.settle()
    assert kinds(await desk.events())[-1].endswith("_revoked")
    assert (await desk.read("/chats/tmall/C1"))["waits"][0]["employee_no"] is None


async def test_orders_are_learnt_in_their_order(desk: Desk) -> None:
    facts: dict[str, Any] = {"shop": "tmall", "order_no": "T1", "net_amount": "10.00"}
    own = {"parties": (Party(employee_no="A001", weight=2), Party(employee_no="A002"))}
    shares = tuple(Share(employee_no=who, amount="5.00") for who in ("A001", "A003"))
    await hear(desk, on_orders, OrderCreated(**facts, buyer="tb_1", **own), OrderPaid(**facts, **own))
    [order] = await desk.rows("SELECT * FROM orders")
    assert (order["buyer"], order["parties"], order["paid_at"]) == ("tb_1", '[["A001", 2], ["A002", 1]]', TEN)
    parties = (Party(employee_no="A001", weight=2),)
    assigned = OrderOperatorAssigned(shop="tmall", order_no="T1", parties=parties, shares=shares)
    await hear(desk, on_orders, assigned)
    [order] = await desk.rows("SELECT * FROM orders")
    assert (order["buyer"], order["parties"]) == ("tb_1", '[["A001", 1], ["A003", 1]]')
