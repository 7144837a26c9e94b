"""Chats over HTTP and what their clocks announce, on a real database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis import clock

from .conftest import Desk, asks, at, kinds, says

SLOW = (
    asks("1", "10:00:00"),
    says("2", "10:00:02", None, sender="automatic"),
    asks("3", "10:00:20"),
    says("4", "10:04:05"),
    asks("5", "10:10:00"),
    says("6", "10:13:00"),
)


async def test_a_slow_chat_is_announced_once(desk: Desk) -> None:
    answer = await desk.chat(*SLOW)
    assert (answer.status_code, answer.json()["new"]) == (201, 6)
    assert (await desk.chat(*SLOW)).json() == answer.json() | {"result": "same", "new": 0, "same": 6}
    await desk.settle()
    events = await desk.events()
    assert kinds(events) == ["chat.greeting_late", "chat.reply_overdue", "chat.day_closed", "inquiry.counted"]
    late, overdue, day, counted = (event["data"] for event in events)
    assert late == {"employee_no": "A001", "shop": "tmall", "chat_no": "C1", "waited_seconds": 245}
    assert (overdue["message_no"], overdue["waited_seconds"]) == ("1", 245)
    assert (counted["buyer"], counted["employee_no"]) == ("tb_1", "A001")
    assert (day["chats"], day["replies"], day["average_seconds"]) == (1, 2, "212.50")
    assert [event["time"][:19] for event in events[:2]] == ["2026-11-02T02:00:30", "2026-11-02T02:03:00"]
    assert {event["businessdate"] for event in events} == {"2026-11-02"}
    await desk.settle(clock.now() + timedelta(days=3))
    assert len(await desk.events()) == 4


async def test_messages_in_parts_and_in_any_order_come_to_the_same(desk: Desk) -> None:
    for message in reversed(SLOW):
        assert (await desk.post("/chats/tmall/C1/messages", messages=[message], buyer="tb_1")).status_code == 201
    await desk.settle()
    assert len(await desk.events()) == 4
    chat = await desk.read("/chats/tmall/C1")
    assert [wait["waited_seconds"] for wait in chat["waits"]] == [245, 180]
    assert [message["message_no"] for message in chat["messages"]] == ["1", "2", "3", "4", "5", "6"]
    assert not chat["settling"]


async def test_an_answer_that_comes_to_light_takes_the_events_back(desk: Desk) -> None:
    await desk.chat(*SLOW)
    await desk.settle()
    known = await desk.events()
    await desk.post("/chats/tmall/C1/messages", messages=[says("2a", "10:00:10")])
    await desk.settle()
    later = (await desk.events())[4:]
    assert kinds(later) == [
        "chat.greeting_late_revoked",
        "chat.reply_overdue_revoked",
        "chat.reply_overdue",
        "chat.day_closed_revoked",
        "chat.day_closed",
    ]
    assert [event["data"]["revokes"] for event in later[:2]] == [known[0]["id"], known[1]["id"]]
    assert later[0]["data"]["revoked_business_date"] == "2026-11-02"
    assert later[2]["data"] | {"waited_seconds": 225, "message_no": "3"} == later[2]["data"]


async def test_an_open_wait_is_settled_when_its_day_closes(desk: Desk) -> None:
    now = clock.now()
    asked = (now - timedelta(minutes=10)).isoformat()
    await desk.chat({"message_no": "1", "sent_at": asked, "sender": "customer", "employee_no": "A001"})
    await desk.settle()
    assert await desk.events() == []
    [wait] = (await desk.read("/chats/tmall/C1"))["waits"]
    assert (wait["settled"], wait["overdue"], wait["employee_no"]) == (False, False, "A001")
    assert 600 <= wait["waited_seconds"] <= 700
    await desk.settle(now + timedelta(days=2))
    assert sorted(kinds(await desk.events())) == [
        "chat.day_closed",
        "chat.greeting_late",
        "chat.reply_overdue",
        "inquiry.counted",
    ]


async def test_a_seat_tells_who_it_was(desk: Desk) -> None:
    seat = {"shop": "tmall", "account": "旗舰店:小美", "valid_from": "2026-11-01"}
    waiting = [asks("1", "10:00:00"), says("2", "10:05:00", None, account="旗舰店:小美")]
    await desk.chat(*waiting)
    await desk.settle()
    assert await desk.events() == []
    assert len((await desk.read("/waits", nobody=True))["items"]) == 1
    assert (await desk.post("/seats", **seat, employee_no="A001")).json() == {"result": "new"}
    assert (await desk.post("/seats", **seat, employee_no="A001")).status_code == 200
    await desk.settle()
    assert {event["data"]["employee_no"] for event in await desk.events()} == {"A001"}
    assert (await desk.post("/seats", **seat, employee_no="A002")).json() == {"result": "amended"}
    await desk.settle()
    assert {event["data"]["employee_no"] for event in (await desk.events("chat.reply_overdue"))[1:]} == {"A002"}
    revoked = [event for event in await desk.events() if event["type"].endswith("_revoked")]
    assert {event["data"]["employee_no"] for event in revoked} == {"A001"}
    assert "inquiry.counted_revoked" in kinds(revoked)
    assert len((await desk.read("/seats"))["items"]) == 2


async def test_what_is_allowed_is_dated_and_by_shop(desk: Desk) -> None:
    setting = {"name": "reply_seconds", "shop": "tmall", "value": "300", "valid_from": "2026-11-02"}
    await desk.chat(*SLOW)
    await desk.settle()
    assert len(await desk.events("chat.reply_overdue")) == 1
    assert (await desk.post("/settings", **setting)).status_code == 201
    assert (await desk.post("/settings", **setting)).status_code == 200
    await desk.settle()
    assert len(await desk.events("chat.reply_overdue_revoked")) == 1
    known = {one["name"]: one["value"] for one in await desk.read("/settings", shop="tmall")}
    assert (known["reply_seconds"], known["greeting_seconds"]) == ("300", "30")
    assert {one["name"]: one["value"] for one in await desk.read("/settings")}["reply_seconds"] == "180"
    assert [one["value"] for one in (await desk.read("/settings/history"))["items"]] == ["300"]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("value", {"value": "-1"}),
        ("value", {"value": "x"}),
        ("shop", {"name": "day_close_minutes", "value": "60"}),
        ("name", {"name": "tea_minutes"}),
        ("valid_from", {"valid_from": "2026-13-01"}),
    ],
)
async def test_an_impossible_setting_is_refused(desk: Desk, field: str, said: Any) -> None:
    setting = {"name": "reply_seconds", "shop": "tmall", "value": "300", "valid_from": "2026-11-02"}
    answer = await desk.post("/settings", **(setting | said))
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("status", "field", "messages"),
    [
        (422, "messages.0.sent_at", [asks("1", "10:00:00", sent_at="2026-11-02T10:00:00")]),
        (422, "messages.0.sent_at", [asks("1", "10:00:00", sent_at="2999-11-02T10:00:00Z")]),
        (422, "messages.0.sender", [asks("1", "10:00:00", sender="ghost")]),
        (422, "messages.1.message_no", [asks("1", "10:00:00"), asks("1", "10:00:00")]),
        (422, "messages.0.text", [asks("1", "10:00:00", text="a\u202eb")]),
        (422, "messages", []),
        (413, None, [asks("1", "10:00:00", text="x" * 3_000_000)]),
    ],
)
async def test_nonsense_is_refused_by_field(desk: Desk, status: int, field: str | None, messages: Any) -> None:
    answer = await desk.chat(*messages)
    assert (answer.status_code, answer.json().get("field")) == (status, field)
    assert answer.json()["detail_zh"]
    assert await desk.rows("SELECT 1 FROM chats") == []


async def test_another_content_is_refused_and_nothing_is_half_done(desk: Desk) -> None:
    await desk.chat(*SLOW)
    answer = await desk.chat(asks("7", "10:20:00"), says("4", "10:01:00"))
    assert (answer.status_code, answer.json()["field"]) == (409, "messages.1.sent_at")
    assert len((await desk.read("/chats/tmall/C1"))["messages"]) == 6


async def test_the_same_chat_at_once_is_one(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.chat(*SLOW) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len(await desk.rows("SELECT 1 FROM messages")) == 6
    assert len(await desk.rows("SELECT 1 FROM chats")) == 1


async def test_a_page_ends_where_the_next_begins(desk: Desk) -> None:
    for number in range(5):
        await desk.chat(asks("1", f"10:0{number}:00"), says("2", f"10:0{number}:05"), chat_no=f"C{number}")
    await desk.settle()
    for path in ("/chats", "/waits", "/inquiries", "/chat-days"):
        whole = (await desk.read(path))["items"]
        parts, cursor = [], None
        while True:
            page = await desk.read(path, limit=2, **({"cursor": cursor} if cursor else {}))
            parts += page["items"]
            if (cursor := page["next"]) is None:
                break
        assert parts == whole
        assert whole
    assert [chat["chat_no"] for chat in (await desk.read("/chats"))["items"]] == ["C4", "C3", "C2", "C1", "C0"]
    waits = (await desk.read("/waits", employee_no="A001", day_from=at("", "2026-11-02")[:10]))["items"]
    assert [wait["waited_seconds"] for wait in waits] == [5] * 5
