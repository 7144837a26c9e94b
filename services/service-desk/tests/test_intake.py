"""Messages, threads, reviews and seats out of files: compared and applied in bulk, on a real database."""

import csv
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.auth import Principal
from chassis.imports.kinds import Outcome, Record
from service_desk.domain.clocks import Spoken
from service_desk.intake import KINDS

from .conftest import Desk, kinds

KIND = {kind.name: kind for kind in KINDS}
SENT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
IMPORTER = Principal("importer", None, frozenset({"boss"}))


def record(kind: str, **said: Any) -> Record:
    fields = dict.fromkeys(KIND[kind].fields) | {"shop": "tmall"} | said
    return Record(" / ".join(str(fields[name]) for name in KIND[kind].key), "file.csv", 2, fields, ())


def message(number: int | str, seconds: int = 0, sender: str = "customer", parent: str | None = None) -> Record:
    who = "A001" if sender == "agent" else None
    said = {"sent_at": SENT + timedelta(seconds=seconds), "sender": sender, "employee_no": who, "in_reply_to": parent}
    return record("threads", message_no=str(number), **said)


async def apply(
    desk: Desk, kind: str, *records: Record, by: Principal = IMPORTER, foreseen: bool = True
) -> list[Outcome]:
    """Apply records of one kind; what the preview foresees is what happens."""
    async with desk.db.opened.transaction(desk.door()) as session:
        told = await KIND[kind].compare(session, records, by=by)
        became = list(await KIND[kind].apply(session, records, by=by, now=desk.door().now))
    assert not foreseen or [one.verdict for one in told] == [one.verdict for one in became]
    return became


def verdicts(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.verdict for outcome in outcomes]


async def test_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    records = [
        record(
            "messages",
            chat_no=f"C{i // 6}",
            message_no=str(i % 6),
            sent_at=SENT + timedelta(seconds=60 * (i % 6)),
            sender=("customer", "agent")[i % 2],
            employee_no=f"A{i // 6 % 7}" if i % 2 else None,
            buyer=f"tb_{i // 6}",
        )
        for i in range(900)
    ]
    assert set(verdicts(await apply(desk, "messages", *records))) == {"new"}
    await desk.settle()
    known = len(await desk.events())
    assert set(verdicts(await apply(desk, "messages", *records))) == {"same"}
    assert await desk.rows("SELECT 1 FROM chats WHERE due_at IS NOT NULL") == []
    assert len(await desk.events()) == known
    assert len(await desk.events("chat.greeting_late")) == 150


async def test_what_cannot_be_taken_is_refused_by_name(desk: Desk) -> None:
    said = {"chat_no": "C1", "sent_at": SENT, "sender": "customer"}
    await apply(desk, "messages", record("messages", message_no="1", **said))
    outcomes = await apply(
        desk,
        "messages",
        record("messages", message_no="1", **(said | {"sent_at": SENT + timedelta(seconds=1)})),
        record("messages", message_no="2", **(said | {"sent_at": datetime(2999, 1, 1, tzinfo=UTC)})),
        record("messages", message_no="3", **(said | {"chat_no": "a/b"})),
        record("messages", message_no="4", **said),
    )
    assert [(outcome.verdict, outcome.field) for outcome in outcomes] == [
        ("refused", "sent_at"),
        ("refused", "sent_at"),
        ("refused", "chat_no"),
        ("new", ""),
    ]
    assert all(outcome.reason and outcome.reason.zh and outcome.reason.en for outcome in outcomes[:3])
    elsewhere = Principal("l", "L1", frozenset({"lead"}), shops=frozenset({"jd"}))
    [foreign] = await apply(desk, "messages", record("messages", message_no="5", **said), by=elsewhere)
    assert (foreign.verdict, foreign.field) == ("refused", "shop")


THREAD = [
    message(8, 0),
    message(6, 60, "agent", "8"),
    message(5, 120, "customer", "6"),
    message(4, 400, "agent", "5"),
    message(3, 450, "customer", "4"),
    message(7, 500, "customer", "6"),
    message(1, 700, "agent", "3"),
]


@pytest.mark.parametrize("seed", range(4))
async def test_a_conversation_is_the_chain_of_replies_in_any_order(desk: Desk, seed: int) -> None:
    records = random.Random(seed).sample(THREAD, len(THREAD))
    for start in range(0, len(records), seed + 1):
        await apply(desk, "threads", *records[start : start + seed + 1])
        await desk.settle()
    chat = await desk.read("/chats/tmall/8")
    assert [one["message_no"] for one in chat["messages"]] == ["8", "6", "5", "4", "3", "7", "1"]
    assert [wait["waited_seconds"] for wait in chat["waits"]] == [60, 280, 250]
    assert (await desk.read("/chats"))["items"] == [
        {name: chat[name] for name in ("shop", "chat_no", "buyer", "first_at", "last_at")}
    ]
    events = await desk.events()
    revoked = {event["data"].get("revokes") for event in events}
    standing = [event for event in events if event["id"] not in revoked and "revokes" not in event["data"]]
    overdue = [event for event in standing if event["type"] == "chat.reply_overdue"]
    assert {event["data"]["chat_no"] for event in overdue} == {"8"}
    assert sorted(event["data"]["waited_seconds"] for event in overdue) == [250, 280]
    assert verdicts(await apply(desk, "threads", *records)) == ["same"] * len(records)


async def test_a_circle_of_replies_is_refused_by_name(desk: Desk) -> None:
    circle = [
        message(1, 0, parent="3"),
        message(2, 1, parent="1"),
        message(3, 2, parent="2"),
        message(4, 3, parent="4"),
    ]
    outcomes = await apply(desk, "threads", *circle)
    assert verdicts(outcomes) == ["new", "new", "refused", "refused"]
    assert outcomes[2].reason is not None
    assert "3 replies to 2" in outcomes[2].reason.en
    [late] = await apply(desk, "threads", circle[2])
    assert late.verdict == "refused"
    assert len(await desk.rows("SELECT 1 FROM chats")) == 1


async def test_reviews_come_with_files_and_later_files(desk: Desk) -> None:
    def review(number: str, score: int, **said: Any) -> Record:
        return record("reviews", review_no=number, score=score, written_at=SENT, **said)

    first = [review("R1", 1, responsible="A001:2,A002"), review("R2", 3, order_no="T1"), review("R3", 5)]
    assert verdicts(await apply(desk, "reviews", *first)) == ["new"] * 3
    await desk.settle()
    assert kinds(await desk.events()).count("review.negative") == 1
    assert verdicts(await apply(desk, "reviews", *first)) == ["same"] * 3
    later = [
        review("R1", 5, revised_at=SENT + timedelta(days=1)),
        review("R2", 3),
        review("R4", 2, responsible="A1 B2"),
    ]
    assert verdicts(await apply(desk, "reviews", *later)) == ["amended", "same", "refused"]
    assert verdicts(await apply(desk, "reviews", *first)) == ["same"] * 3, "an older file says nothing new"
    await desk.settle()
    assert len(await desk.events("review.revised")) == 1
    assert [one["review_no"] for one in (await desk.read("/reviews", order_unknown=True))["items"]] == ["R2"]


async def test_seats_come_with_files(desk: Desk) -> None:
    seat = record("seats", account="小美", valid_from=date(2026, 11, 1), employee_no="A001")
    assert verdicts(await apply(desk, "seats", seat)) == ["new"]
    assert verdicts(await apply(desk, "seats", seat)) == ["same"]
    other = record("seats", account="小美", valid_from=date(2026, 11, 1))
    assert verdicts(await apply(desk, "seats", other)) == ["amended"]


async def test_real_support_messages_become_conversations(desk: Desk, shared: Path) -> None:
    """The conversations and waits are those of a plain walk along the replies, whatever the order of the file."""
    with (shared / "data/support/messages.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["author_id"]]
    records, spoken, parents = [], {}, {}
    for row in rows:
        number, inbound = row["tweet_id"], row["inbound"] == "True"
        parents[number] = (row["in_response_to_tweet_id"] or "").removesuffix(".0") or None
        sent_at = datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y")
        account = None if inbound else row["author_id"]
        sender = "customer" if inbound else "agent"
        spoken[number] = Spoken(sent_at, number, sender, None, account)  # type: ignore[arg-type]
        said = {"sent_at": sent_at, "sender": sender, "account": account, "text": row["text"]}
        records.append(record("threads", message_no=number, in_reply_to=parents[number], **said))
    random.Random(1).shuffle(records)
    for start in range(0, len(records), 700):
        await apply(desk, "threads", *records[start : start + 700])
    await desk.settle()
    threads: dict[str, list[Spoken]] = {}
    for number, one in spoken.items():
        root = number
        while parents[root] in spoken:
            root = str(parents[root])
        threads.setdefault(root, []).append(one)
    heads = await desk.rows("SELECT chat_no FROM chats WHERE head = chat_id")
    assert {row["chat_no"] for row in heads} == set(threads)
    shown = await desk.rows(
        "SELECT c.chat_no, w.message_no, w.account, w.answered_at, w.waited_seconds FROM chat_waits w"
        " JOIN chats c ON c.chat_id = w.chat_id WHERE w.answered_at IS NOT NULL"
    )
    expected = set()
    for root, messages in threads.items():
        waiting = None
        for one in sorted(messages, key=lambda one: (one.sent_at, int(one.message_no))):
            if one.sender == "customer":
                waiting = waiting or one
            elif waiting is not None:
                seconds = int((one.sent_at - waiting.sent_at).total_seconds())
                expected.add((root, waiting.message_no, one.account, seconds))
                waiting = None
    assert {(r["chat_no"], r["message_no"], r["account"], r["waited_seconds"]) for r in shown} == expected
    assert len(expected) > 900
    assert await desk.events() == [], "no seat, no person, no event"
