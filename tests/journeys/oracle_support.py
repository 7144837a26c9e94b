"""What the support messages must come to, calculated with nothing but the standard library.

Nothing here is shared with the product. The rules, as service-desk's README decides them:

- A row that has not as many cells as the header has columns is broken: the message whose number stands in its place is
  refused, with whatever else the file says of that number. An empty row is none.
- A conversation is a tree of replies; its top replies to nothing, or to a message that is not in the file. Its number
  is that of its top message.
- A wait begins with the customer's first message that nobody has answered and ends with the next message of a company;
  what the customer adds meanwhile is the same wait. Messages count in the order of time, of one second by their number.
- The first wait of a conversation in which no company has spoken yet is the greeting; it is a reply as well.
- It is the wait of the account that answered; unanswered, of the one that spoke last before; else nobody's.
- Nobody here is on a roster, so all time counts, in whole seconds. The wait belongs to the day on which it began, in
  the company's zone. A wait that is never answered lasts until its day is closed, at 06:00 of the next, and counts.
- More than 30 s are too long for a greeting, more than 180 s for a reply. Either is announced, with the whole wait, as
  of the second in which the limit was reached; what is nobody's is not announced.
- A person's day: in how many conversations somebody waited for them, how many waits they answered, and the average of
  the answered ones, to the hundredth of a second, half up.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
GREETING, REPLY = timedelta(seconds=30), timedelta(seconds=180)  # catalogue B 4.5, A-004-1.10b
CLOSES = time(6, 0)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Message:
    """A row of the file; `account` is the company's, None of a customer."""

    number: int
    sent_at: datetime
    account: str | None
    replies_to: int | None


@dataclass(frozen=True)
class Wait:
    """A customer waits for a company; without an account it is nobody's."""

    chat: int
    message: int
    account: str | None
    started_at: datetime
    answered_at: datetime | None
    greeting: bool

    @property
    def day(self) -> date:
        return self.started_at.astimezone(CHINA).date()

    @property
    def lasted(self) -> timedelta:
        closed_at = datetime.combine(self.day + timedelta(days=1), CLOSES, CHINA)
        return (self.answered_at or closed_at) - self.started_at

    @property
    def greeting_late(self) -> bool:
        return self.greeting and self.lasted > GREETING

    @property
    def overdue(self) -> bool:
        return self.lasted > REPLY


@dataclass(frozen=True)
class Books:
    """Everything the file says."""

    accounts: list[str]
    messages: int
    refused: set[str]
    waits: list[Wait]


def read(path: Path) -> Books:
    """Read the file and fold every conversation into its waits."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    number = header.index("tweet_id")
    refused = {row[number] for row in rows if row and len(row) != len(header)}
    whole = [dict(zip(header, row, strict=True)) for row in rows if row and row[number] not in refused]
    messages = {message.number: message for message in map(_message, whole)}
    assert len(messages) == len(whole)
    chats: dict[int, list[Message]] = defaultdict(list)
    for message in messages.values():
        chats[_top(message, messages)].append(message)
    waits = [wait for chat, own in chats.items() for wait in _waits(chat, own)]
    accounts = sorted({message.account for message in messages.values() if message.account is not None})
    return Books(accounts, len(messages), refused, waits)


def _message(row: dict[str, str]) -> Message:
    sent_at = datetime.strptime(row["created_at"], "%a %b %d %H:%M:%S %z %Y")
    above = row["in_response_to_tweet_id"]
    account = row["author_id"] if row["inbound"] == "False" else None
    return Message(int(row["tweet_id"]), sent_at, account, int(Decimal(above)) if above else None)


def _top(message: Message, messages: dict[int, Message]) -> int:
    while message.replies_to in messages:
        message = messages[message.replies_to]
    return message.number


def _waits(chat: int, messages: list[Message]) -> list[Wait]:
    found: list[Wait] = []
    asked: Message | None = None
    spoke: str | None = None
    for message in sorted(messages, key=lambda m: (m.sent_at, m.number)):
        if message.account is None:
            asked = asked or message
            continue
        if asked is not None:
            found.append(Wait(chat, asked.number, message.account, asked.sent_at, message.sent_at, spoke is None))
        asked, spoke = None, message.account
    if asked is not None:
        found.append(Wait(chat, asked.number, spoke, asked.sent_at, None, spoke is None))
    return found


def days(waits: list[Wait]) -> dict[tuple[str, date], tuple[int, int, Decimal]]:
    """Sum up what the waits of an account and day come to: conversations, answers, average seconds of the answers."""
    own: dict[tuple[str, date], list[Wait]] = defaultdict(list)
    for wait in waits:
        if wait.account is not None:
            own[wait.account, wait.day].append(wait)
    found = {}
    for key, group in own.items():
        answered = [wait.lasted // SECOND for wait in group if wait.answered_at is not None]
        average = Decimal(sum(answered)) / max(len(answered), 1)
        rounded = average.quantize(Decimal("0.01"), ROUND_HALF_UP)
        found[key] = (len({wait.chat for wait in group}), len(answered), rounded)
    return found
