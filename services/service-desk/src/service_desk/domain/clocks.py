"""The clocks of a chat: a pure fold over its messages and the duty of its agents.

A wait starts with the customer's first message that nobody has answered and ends with the first message of a person;
what the customer adds meanwhile is the same wait, and automatic answers are as if they were not there. The first wait
of a chat in which no person has spoken yet is the greeting; it is a reply as well (B-03.6a and A-004-1.10b are rules of
different employers, so nobody pays for it twice).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service_desk.domain.duty import AHEAD, Stretch, apart, day_ends, elapsed, reached, relevant
from service_desk.domain.message import Sender

SECOND = timedelta(seconds=1)


class Spoken(NamedTuple):
    """A message as the clocks see it: `employee_no` is the agent who sent it, or to whom a customer's message went."""

    sent_at: datetime
    message_no: str
    sender: Sender
    employee_no: str | None = None
    account: str | None = None
    buyer: str | None = None


class Wait(NamedTuple):
    """A customer waits for a person; `employee_no` is who answered, else whose answer is awaited, as far as known."""

    message_no: str
    started_at: datetime
    answered_at: datetime | None
    employee_no: str | None
    account: str | None
    buyer: str | None
    greeting: bool


class Limits(NamedTuple):
    """What is allowed on one business date: seconds, the minutes after midnight at which the day is closed, and whether
    a message that was never answered counts as a late answer."""

    greeting_seconds: int
    reply_seconds: int
    day_close_minutes: int
    count_unanswered: bool


class Judged(NamedTuple):
    """A wait, measured.

    `settled`: it is over; else it is measured up to now. `greeting_late_at`, `overdue_at`: when the clock passed what
    is allowed, None if it did not.
    """

    wait: Wait
    business_date: date
    waited_seconds: int
    settled: bool
    closes_at: datetime
    greeting_late_at: datetime | None
    overdue_at: datetime | None


def natural(number: str) -> tuple[tuple[int, int, str], ...]:
    """Make a sort key in which message 10 follows message 9."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", number)
    )


def waits_of(messages: Iterable[Spoken]) -> list[Wait]:
    """Fold the messages of one chat, in whatever order they come, into its waits."""
    found: list[Wait] = []
    waiting: Spoken | None = None
    last: Spoken | None = None
    for message in sorted(messages, key=lambda m: (m.sent_at, natural(m.message_no))):
        if message.sender == "customer":
            waiting = waiting or message
        elif message.sender == "agent":
            if waiting is not None:
                found.append(_wait(waiting, message, greeting=last is None))
            waiting, last = None, message
    if waiting is not None:
        found.append(_unanswered(waiting, last))
    return found


def _wait(asked: Spoken, answer: Spoken, *, greeting: bool) -> Wait:
    account = answer.account or asked.account
    return Wait(asked.message_no, asked.sent_at, answer.sent_at, answer.employee_no, account, asked.buyer, greeting)


def _unanswered(asked: Spoken, last: Spoken | None) -> Wait:
    """Await the answer of the agent to whom the message went, else of the one who spoke last."""
    who, account = asked.employee_no, asked.account
    if who is None and last is not None:
        who, account = last.employee_no, account or last.account
    return Wait(asked.message_no, asked.sent_at, None, who, account, asked.buyer, last is None)


def judged(
    wait: Wait, duty: Sequence[Stretch], limits: Callable[[date], Limits], zone: ZoneInfo, *, now: datetime
) -> Judged:
    """Measure a wait by the duty of its agent.

    Only duty counts; of somebody whose duty is not known on any of the days of the wait, all time does. The wait
    belongs to the business date on which its clock began to run. Without an answer it lasts until that day is
    closed; before that it is measured up to `now` and not settled.
    """
    start, end = wait.started_at, wait.answered_at
    known = apart(relevant(duty, start, end or start + AHEAD, zone))
    ahead = [stretch for stretch in known if stretch.ends_at > start]
    day = ahead[0].business_date if ahead else start.astimezone(zone).date()
    allowed = limits(day)
    closes_at = day_ends(day, allowed.day_close_minutes, zone)
    settled = end is not None or now >= closes_at
    end = end or min(now, closes_at)
    running = ahead if known else [Stretch(start, max(start, end), day)]
    waited = elapsed(running, start, end) // SECOND
    counts = settled and (wait.answered_at is not None or allowed.count_unanswered)

    def passed(seconds: int) -> datetime | None:
        return reached(running, start, seconds * SECOND) if counts and waited > seconds else None

    return Judged(
        wait,
        day,
        waited,
        settled,
        closes_at,
        passed(allowed.greeting_seconds) if wait.greeting else None,
        passed(allowed.reply_seconds),
    )
