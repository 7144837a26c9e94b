"""Reviews over HTTP and what is announced of them, on a real database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis import clock
from service_desk.commands.learn_orders import Learnt, learn_orders
from service_desk.commands.people import Entry, learn_people
from service_desk.domain.review import Responsible

from .conftest import Desk, kinds

REVIEW = {
    "shop": "tmall",
    "review_no": "R1",
    "score": 1,
    "written_at": "2026-11-02T10:00:00+08:00",
    "responsible": [{"employee_no": "A001", "weight": 2}, {"employee_no": "A002"}],
    "cause": "发错货",
}
PATH = "/reviews/tmall/R1"
SOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


async def review(desk: Desk, **said: Any) -> Any:
    body = {name: value for name, value in (REVIEW | said).items() if value is not None}
    return await desk.http.post("/reviews", json=body, headers=desk.by())


async def learn_order(desk: Desk, order_no: str, *sellers: str, buyer: str | None = None, paid: bool = False) -> None:
    async with desk.db.opened.transaction(desk.door(SOON)) as session:
        parties = tuple(Responsible(seller) for seller in sellers)
        await learn_orders(session, [Learnt("tmall", order_no, buyer, parties, SOON, SOON if paid else None)])


async def test_a_negative_review_names_who_is_responsible(desk: Desk) -> None:
    assert (await review(desk)).json() == {"result": "new"}
    assert (await review(desk)).status_code == 200
    await desk.settle(clock.now())
    events = await desk.events()
    assert kinds(events) == ["review.negative", "review.reply_overdue"]
    assert events[0]["data"] == {
        "review_no": "R1",
        "shop": "tmall",
        "score": 1,
        "parties": [{"employee_no": "A001", "weight": 2}, {"employee_no": "A002", "weight": 1}],
        "cause": "发错货",
    }
    assert events[1]["data"] == {"employee_no": "A001", "review_no": "R1", "shop": "tmall", "allowed_hours": 24}
    assert (events[1]["time"][:19], events[1]["businessdate"]) == ("2026-11-03T02:00:00", "2026-11-03")


async def test_a_score_of_four_is_nobodys_fault(desk: Desk) -> None:
    await review(desk, score=4)
    await review(desk, score=3, review_no="R2")
    await desk.settle()
    assert kinds(await desk.events()) == ["review.neutral"]


async def test_a_buyer_who_changes_their_mind_takes_it_back(desk: Desk) -> None:
    await review(desk, answered_at="2026-11-02T12:00:00+08:00")
    await desk.settle()
    assert (await desk.post(PATH + "/revisions", score=2)).status_code == 201
    await desk.settle()
    assert (await desk.post(PATH + "/revisions", score=5, text="好")).status_code == 201
    await desk.settle()
    events = await desk.events()
    assert kinds(events) == ["review.negative", "review.revised", "review.negative", "review.revised"]
    assert events[1]["data"]["revokes"] == events[0]["id"]
    assert (events[1]["data"]["previous_grade"], events[1]["data"]["grade"]) == ("negative", "negative")
    assert events[3]["data"]["revokes"] == events[2]["id"]
    assert (events[3]["data"]["grade"], events[3]["data"]["parties"][0]["employee_no"]) == ("positive", "A001")
    assert (await desk.post(PATH + "/revisions", score=5)).json()["code"] == "nothing-to-change"


async def test_a_review_changed_in_time_needs_no_answer(desk: Desk) -> None:
    await review(desk)
    await desk.post(PATH + "/revisions", score=5, revised_at="2026-11-03T09:59:00+08:00")
    await review(desk, review_no="R2")
    await desk.post("/reviews/tmall/R2/revisions", score=5, revised_at="2026-11-03T10:01:00+08:00")
    await desk.settle()
    assert [event["data"]["review_no"] for event in await desk.events("review.reply_overdue")] == ["R2"]


async def test_an_answer_known_later_takes_the_lateness_back(desk: Desk) -> None:
    written = clock.now() - timedelta(hours=2)
    await review(desk, written_at=written.isoformat())
    await desk.settle()
    assert kinds(await desk.events()) == ["review.negative"]
    await desk.settle(written + timedelta(hours=24, seconds=1))
    assert (await desk.read(PATH))["overdue"] is True
    await desk.post(PATH + "/answers", answered_at=(written + timedelta(hours=1)).isoformat(), text="抱歉")
    await desk.settle(written + timedelta(hours=25))
    assert kinds(await desk.events())[1:] == ["review.reply_overdue", "review.reply_overdue_revoked"]
    known = await desk.read(PATH)
    assert (known["overdue"], known["answered_at"]) == (False, (written + timedelta(hours=1)).isoformat()[:-6] + "Z")


async def test_responsibility_moves_with_a_revocation(desk: Desk) -> None:
    await review(desk, answered_at="2026-11-02T12:00:00+08:00")
    await desk.settle()
    moved = await desk.http.put(
        PATH + "/responsible", json={"responsible": [{"employee_no": "A003"}], "reason": "查明"}, headers=desk.by()
    )
    assert moved.status_code == 200
    await desk.settle()
    events = await desk.events()
    assert kinds(events) == ["review.negative", "review.revised", "review.negative"]
    assert events[2]["data"]["parties"] == [{"employee_no": "A003", "weight": 1}]
    assert events[2]["businessdate"] == "2026-11-02", "it is the same bad review of the same day"


async def test_the_sellers_of_the_order_answer_unless_somebody_is_named(desk: Desk) -> None:
    unknown = await review(desk, responsible=None, order_no="T1")
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["field"]) == (422, "order-unknown", "order_no")
    assert (await review(desk, responsible=None, order_no="T1", order_unknown=True)).status_code == 201
    await desk.settle()
    assert (await desk.events("review.negative"))[0]["data"]["parties"] == []
    assert await desk.events("review.reply_overdue") == []
    for filters in ({"order_unknown": True}, {"nobody": True}, {"unanswered": True}):
        assert [one["review_no"] for one in (await desk.read("/reviews", **filters))["items"]] == ["R1"]
    await learn_order(desk, "T1", "S1", "S2")
    await desk.settle()
    events = await desk.events()
    assert kinds(events) == ["review.negative", "review.revised", "review.negative", "review.reply_overdue"]
    assert [party["employee_no"] for party in events[2]["data"]["parties"]] == ["S1", "S2"]
    assert (await desk.read("/reviews", order_unknown=True))["items"] == []
    assert (await review(desk, responsible=None, order_no="T1", review_no="R2")).status_code == 201


async def test_the_after_sales_holder_answers_where_nobody_is_responsible(desk: Desk) -> None:
    setting = {"name": "after_sales_holder", "value": "S9", "valid_from": "2026-11-01"}
    await review(desk, responsible=None)
    await desk.settle()
    assert (await desk.read(PATH))["answerer"] is None
    assert (await desk.post("/settings", **setting)).status_code == 201
    await desk.settle()
    [event] = await desk.events("review.reply_overdue")
    assert event["data"]["employee_no"] == "S9"


async def test_a_case_is_closed_with_its_report_and_by_others(desk: Desk) -> None:
    await review(desk)
    await desk.settle()
    assert (await desk.post(PATH + "/close")).json()["code"] == "report-missing"
    assert (await desk.post(PATH + "/report", report="已联系买家，系漏发。")).status_code == 201
    own = await desk.post(PATH + "/close", desk.by("lead", "A001"))
    assert (own.status_code, own.json()["code"]) == (403, "own-review-not-yours")
    assert (await desk.post(PATH + "/close")).status_code == 201
    assert (await desk.post(PATH + "/close")).json()["code"] == "review-closed"
    known = await desk.read(PATH)
    assert (known["reported"], known["closed"]) == (True, True)
    assert [act["act"] for act in known["acts"]] == ["reported", "closed"]


async def test_another_content_is_refused_by_field(desk: Desk) -> None:
    await review(desk)
    for said, field in (({"score": 2}, "score"), ({"text": "差"}, "text"), ({"order_no": "T9"}, "order_no")):
        answer = await review(desk, **said)
        assert (answer.status_code, answer.json()["field"]) == (409, field)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("score", {"score": 0}),
        ("score", {"score": -1}),
        ("score", {"score": 6}),
        ("written_at", {"written_at": "2026-11-02T10:00:00"}),
        ("written_at", {"written_at": (clock.now() + timedelta(days=1)).isoformat()}),
        ("answered_at", {"answered_at": "2026-11-01T10:00:00+08:00"}),
        ("responsible", {"responsible": [{"employee_no": "X9"}]}),
        ("responsible", {"responsible": [{"employee_no": "A001"}, {"employee_no": "A001"}]}),
        ("review_no", {"review_no": "a/b"}),
        ("text", {"text": "x" * 10_001}),
    ],
)
async def test_nonsense_is_refused_by_field(desk: Desk, field: str, said: Any) -> None:
    async with desk.db.opened.transaction(desk.door()) as session:
        entry = Entry("A001", "林小满", "一部", "客服", None, SOON.date())
        await learn_people(session, [entry, entry._replace(employee_no="A002")], hired=True)
    answer = await review(desk, **said)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_inquiry_is_won_by_an_order_paid_in_its_window(desk: Desk) -> None:
    asked = {"message_no": "1", "sent_at": "2026-11-01T20:00:00+08:00", "sender": "customer"}
    answer = {"message_no": "2", "sent_at": "2026-11-01T20:00:10+08:00", "sender": "agent", "employee_no": "A001"}
    await learn_order(desk, "T1", buyer="tb_1", paid=True)
    await desk.chat(asked, answer)
    await desk.settle()
    [counted], [won] = await desk.events("inquiry.counted"), await desk.events("inquiry.won")
    assert (won["data"]["order_no"], won["data"]["counted_event_id"]) == ("T1", counted["id"])
    assert (won["time"][:19], won["businessdate"]) == ("2026-11-02T03:00:00", "2026-11-01")
    [inquiry] = (await desk.read("/inquiries", won=True))["items"]
    assert (inquiry["order_no"], inquiry["employee_no"]) == ("T1", "A001")


async def test_an_order_reported_later_wins_too(desk: Desk) -> None:
    asked = {"message_no": "1", "sent_at": "2026-11-01T20:00:00+08:00", "sender": "customer"}
    answer = {"message_no": "2", "sent_at": "2026-11-01T20:00:10+08:00", "sender": "agent", "employee_no": "A001"}
    await desk.chat(asked, answer)
    await desk.settle()
    assert await desk.events("inquiry.won") == []
    await learn_order(desk, "T1", buyer="tb_1", paid=True)
    await desk.settle()
    assert len(await desk.events("inquiry.won")) == 1
    assert len(await desk.events("inquiry.counted")) == 1
