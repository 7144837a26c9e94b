"""Real conversations: three thousand public support messages, every wait of every company's account to the second."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import oracle_support as oracle
from .house import Employee, House, employ, events, looked_up, pages, table, take_in, until

SHOP = "support"
PROFILE = (Path(__file__).parent / "profiles" / "support.yaml").read_text("utf-8")
LATE, OVERDUE = "chat.greeting_late", "chat.reply_overdue"


def test_every_wait_of_the_support_messages_is_measured_to_the_second(house: House, support: Path) -> None:
    books = oracle.read(support / "messages.csv")
    seats = {account: f"support-{place:02}" for place, account in enumerate(books.accounts, 1)}
    employ(house, [Employee(number, "2011-01-01", "2018-12-31") for number in seats.values()])
    _seat(house, seats)
    _import_messages(house, support, books)
    due = "SELECT FROM chats WHERE shop = $1 AND due_at <= now() LIMIT 1"
    until("every chat settled", lambda: not looked_up(house, "service_desk", due, SHOP))
    _compare_waits(house, books, seats)
    _compare_events(house, books, seats)
    _compare_days(house, books, seats)


def _seat(house: House, seats: dict[str, str]) -> None:
    entries = table(
        ("shop", "account", "valid_from", "employee_no"),
        ((SHOP, account, "2011-01-01", number) for account, number in seats.items()),
    )
    counts = take_in(house.boss, "service-desk", {"seats.csv": entries}, profile="generic-seats")["counts"]
    assert (counts["new"], counts["refused"]) == (len(seats), 0)


def _import_messages(house: House, folder: Path, books: oracle.Books) -> None:
    """Import the messages twice: nothing comes of the second time."""
    files = {"messages.csv": (folder / "messages.csv").read_bytes()}
    for verdict in ("new", "same"):
        taken = take_in(house.boss, "service-desk", files, profile=PROFILE)
        assert (taken["counts"][verdict], taken["counts"]["refused"]) == (books.messages, len(books.refused))
        refused = pages(house.boss, f"/api/service-desk/imports/{taken['id']}/refusals")
        assert {refusal["key"].split(" / ")[-1] for refusal in refused} == books.refused


def _compare_waits(house: House, books: oracle.Books, seats: dict[str, str]) -> None:
    """Hold the waits of each company's account against the calculation, and those that are nobody's."""
    found: dict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
    for wait in pages(house.finance, "/api/service-desk/waits", shop=SHOP):
        assert wait["settled"]
        assert wait["employee_no"] == (seats[wait["account"]] if wait["account"] else None)
        found[wait["account"]].append(
            (
                (wait["chat_no"], wait["message_no"], wait["business_date"]),
                (_at(wait["started_at"]), _at(wait["answered_at"]), wait["waited_seconds"]),
                (wait["greeting"], wait["greeting_late"], wait["overdue"]),
            )
        )
    expected: dict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
    for one in books.waits:
        expected[one.account].append(
            (
                (str(one.chat), str(one.message), str(one.day)),
                (one.started_at, one.answered_at, one.lasted // oracle.SECOND),
                (one.greeting, one.greeting_late, one.overdue),
            )
        )
    assert found.keys() == expected.keys()
    for account, waits in expected.items():
        assert Counter(found[account]) == Counter(waits), account
    assert len(expected) > 50


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _compare_events(house: House, books: oracle.Books, seats: dict[str, str]) -> None:
    told = events(house, "service_desk", LATE, OVERDUE, f"{LATE}_revoked", f"{OVERDUE}_revoked")
    own = set(seats.values())
    found = Counter(
        (
            (event["type"], event["data"]["employee_no"], event["data"]["chat_no"], event["data"].get("message_no")),
            (event["data"]["waited_seconds"], event["businessdate"], _at(event["time"])),
        )
        for event in told
        if event["data"]["employee_no"] in own
    )
    expected = Counter(
        (
            (type, seats[wait.account], str(wait.chat), message),
            (wait.lasted // oracle.SECOND, str(wait.day), wait.started_at + allowed),
        )
        for wait in books.waits
        if wait.account is not None
        for type, happened, message, allowed in (
            (LATE, wait.greeting_late, None, oracle.GREETING),
            (OVERDUE, wait.overdue, str(wait.message), oracle.REPLY),
        )
        if happened
    )
    assert found == expected
    assert min(Counter(type for (type, *_), _ in expected).values()) > 100


def _compare_days(house: House, books: oracle.Books, seats: dict[str, str]) -> None:
    expected = {(seats[account], str(day)): sums for (account, day), sums in oracle.days(books.waits).items()}
    closed = "SELECT count(*) AS days FROM agent_days WHERE closed AND employee_no = ANY ($1::text[])"
    numbers = list(seats.values())
    until(
        "every day closed",
        lambda: looked_up(house, "service_desk", closed, numbers)[0]["days"] >= len(expected),
    )
    found = {
        (day["employee_no"], day["business_date"]): (day["chats"], day["replies"], Decimal(day["average_seconds"]))
        for day in pages(house.finance, "/api/service-desk/chat-days")
        if day["employee_no"] in numbers
    }
    assert found == expected
