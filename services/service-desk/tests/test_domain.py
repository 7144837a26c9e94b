"""The clocks, conversations, inquiries and reviews as pure decisions: worked numbers, and what holds for all inputs."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_desk.domain.clocks import Judged, Limits, Spoken, Wait, judged, natural, waits_of
from service_desk.domain.duty import Stretch, apart, elapsed, reached
from service_desk.domain.errors import PartiesUnreadable, PartyListedTwice, ThresholdUnusable
from service_desk.domain.inquiries import Ask, Paid, inquiries_of
from service_desk.domain.review import Responsible, Version, answer_overdue_at, grade_of, read_parties, runs_of
from service_desk.domain.review import who_must_answer as must_answer
from service_desk.domain.seats import Holding, OnSeat, Seats, agent_at
from service_desk.domain.threads import Known, weave
from service_desk.domain.thresholds import Setting, check_setting, thresholds

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)
SHIPPED = Limits(30, 180, 360, True)
FAR = NINE + timedelta(days=30)


def after(seconds: int) -> datetime:
    return NINE + timedelta(seconds=seconds)


def customer(number: int, seconds: int, **said: Any) -> Spoken:
    return Spoken(after(seconds), str(number), "customer", **said)


def agent(number: int, seconds: int, who: str | None = "A001") -> Spoken:
    return Spoken(after(seconds), str(number), "agent", who)


def measure(
    *messages: Spoken, duty: tuple[Stretch, ...] = (), now: datetime = FAR, limits: Limits = SHIPPED
) -> list[Judged]:
    return [judged(wait, duty, lambda _: limits, ZONE, now=now) for wait in waits_of(messages)]


def shift(start: datetime, hours: float, day: date | None = None) -> Stretch:
    return Stretch(start, start + timedelta(hours=hours), day or start.date())


@pytest.mark.parametrize(
    ("waited", "greeting_late", "overdue"),
    [
        (0, False, False),
        (30, False, False),
        (31, True, False),
        (180, True, False),
        (181, True, True),
        (600, True, True),
    ],
)
def test_the_first_wait_is_greeting_and_reply(waited: int, greeting_late: bool, overdue: bool) -> None:
    [one] = measure(customer(1, 0), agent(2, waited))
    assert (one.waited_seconds, one.greeting_late_at is not None, one.overdue_at is not None) == (
        waited,
        greeting_late,
        overdue,
    )
    if overdue:
        assert (one.greeting_late_at, one.overdue_at) == (after(30), after(180))


def test_consecutive_messages_of_the_customer_are_one_wait() -> None:
    waits = waits_of([customer(1, 0), customer(2, 50), agent(3, 60), agent(4, 70), customer(5, 100), agent(6, 400)])
    assert [(w.message_no, w.greeting, w.answered_at) for w in waits] == [
        ("1", True, after(60)),
        ("5", False, after(400)),
    ]


def test_who_speaks_first_has_greeted() -> None:
    [one] = measure(agent(1, 0), customer(2, 10), agent(3, 60))
    assert (one.wait.greeting, one.waited_seconds, one.greeting_late_at) == (False, 50, None)


def test_who_answers_answers_for_the_wait() -> None:
    [first, second] = waits_of([customer(1, 0), agent(2, 10, "A001"), customer(3, 20), agent(4, 900, "A002")])
    assert (first.employee_no, second.employee_no) == ("A001", "A002")
    [_, open_one] = waits_of([customer(1, 0), agent(2, 10, "A001"), customer(3, 20)])
    assert (open_one.employee_no, open_one.answered_at) == ("A001", None)
    [asked] = waits_of([customer(1, 0, employee_no="A007")])
    assert asked.employee_no == "A007"


def test_the_clock_stands_still_outside_of_duty() -> None:
    duty = (shift(NINE, 3), shift(NINE + timedelta(hours=4), 4))
    [noon] = measure(customer(1, 3 * 3600 - 60), agent(2, 4 * 3600 + 90), duty=duty)
    assert noon.waited_seconds == 150
    [before] = measure(customer(1, -3600), agent(2, 200), duty=duty)
    assert (before.waited_seconds, before.overdue_at) == (200, after(180))
    [off] = measure(customer(1, 12 * 3600), agent(2, 12 * 3600 + 999), duty=duty)
    assert (off.waited_seconds, off.overdue_at) == (0, None)
    [unknown] = measure(customer(1, 3 * 86_400), agent(2, 3 * 86_400 + 999), duty=duty)
    assert unknown.waited_seconds == 999, "nobody knows that day's duty: all time counts"


def test_after_midnight_a_shift_still_belongs_to_its_day() -> None:
    evening = datetime(2026, 11, 2, 17, 30, tzinfo=ZONE)
    duty = (shift(evening, 8),)
    [one] = measure(
        Spoken(evening + timedelta(hours=7), "1", "customer"),
        Spoken(evening + timedelta(hours=7, minutes=5), "2", "agent", "A001"),
        duty=duty,
    )
    assert (one.business_date, one.waited_seconds) == (date(2026, 11, 2), 300)
    assert one.closes_at == datetime(2026, 11, 3, 6, 0, tzinfo=ZONE)


def test_an_unanswered_message_waits_until_its_day_is_closed() -> None:
    asked = customer(1, 0, employee_no="A001")
    [still] = measure(asked, now=after(3600))
    assert (still.settled, still.waited_seconds, still.overdue_at) == (False, 3600, None)
    [closed] = measure(asked)
    assert (closed.settled, closed.waited_seconds, closed.overdue_at) == (True, 21 * 3600, after(180))
    [in_duty] = measure(asked, duty=(shift(NINE, 3),))
    assert in_duty.waited_seconds == 3 * 3600
    [forgiven] = measure(asked, limits=SHIPPED._replace(count_unanswered=False))
    assert (forgiven.settled, forgiven.overdue_at) == (True, None)
    evening = customer(1, 12 * 3600, employee_no="A001")
    [tomorrow] = measure(evening, duty=(shift(NINE, 8), shift(NINE + timedelta(days=1), 8)))
    assert (tomorrow.business_date, tomorrow.waited_seconds) == (date(2026, 11, 3), 8 * 3600)


SENDERS = st.sampled_from(["customer", "agent", "automatic"])
CHATS = st.lists(st.tuples(st.integers(0, 5000), SENDERS, st.sampled_from(["A", "B", None])), max_size=25).map(
    lambda rows: [Spoken(after(s), str(n), sender, who) for n, (s, sender, who) in enumerate(rows)]  # type: ignore[arg-type]
)
DUTIES = st.lists(st.tuples(st.integers(-3, 4), st.floats(0.1, 3)), max_size=4).map(
    lambda rows: tuple(shift(NINE + timedelta(hours=h), long, NINE.date()) for h, long in rows)
)


@given(CHATS, st.randoms())
def test_the_order_of_messages_does_not_matter(messages: list[Spoken], random: Any) -> None:
    shuffled = random.sample(messages, len(messages))
    assert waits_of(shuffled) == waits_of(messages)


@given(CHATS)
def test_automatic_answers_never_matter(messages: list[Spoken]) -> None:
    assert waits_of(messages) == waits_of([m for m in messages if m.sender != "automatic"])


@given(CHATS)
def test_waits_follow_one_another(messages: list[Spoken]) -> None:
    waits = waits_of(messages)
    assert all(one.answered_at is not None for one in waits[:-1])
    for one, following in pairwise(waits):
        assert one.answered_at is not None
        assert one.started_at <= one.answered_at <= following.started_at
    assert [wait.greeting for wait in waits[1:]] == [False] * len(waits[1:])


@given(CHATS, st.integers(0, 25))
def test_a_chat_in_two_parts_is_the_chat(messages: list[Spoken], cut: int) -> None:
    """What was settled of a first part stays, as long as only later messages come."""
    ordered = sorted(messages, key=lambda m: (m.sent_at, natural(m.message_no)))
    first = [wait for wait in waits_of(ordered[:cut]) if wait.answered_at is not None]
    assert waits_of(ordered)[: len(first)] == first


@given(CHATS, DUTIES, st.integers(0, 40_000))
def test_duty_only_ever_shortens_a_wait(messages: list[Spoken], duty: tuple[Stretch, ...], later: int) -> None:
    now = after(later)
    for plain, measured in zip(measure(*messages, now=now), measure(*messages, duty=duty, now=now), strict=True):
        assert 0 <= measured.waited_seconds <= max(plain.waited_seconds, 0) or not plain.settled
        for passed, allowed in ((measured.greeting_late_at, 30), (measured.overdue_at, 180)):
            if passed is not None:
                assert measured.waited_seconds > allowed
                assert passed >= measured.wait.started_at + timedelta(seconds=allowed)


@given(DUTIES, st.integers(-7200, 20_000), st.integers(0, 30_000), st.integers(0, 30_000))
def test_time_on_duty_adds_up(duty: tuple[Stretch, ...], start: int, one: int, two: int) -> None:
    known, a, b, c = apart(duty), after(start), after(start + one), after(start + one + two)
    assert elapsed(known, a, b) + elapsed(known, b, c) == elapsed(known, a, c)
    whole = elapsed(known, a, c)
    if whole:
        instant = reached(known, a, whole)
        assert instant is not None
        assert elapsed(known, a, instant) == whole


@given(st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 14)), unique_by=lambda r: r[0]), st.randoms())
def test_conversations_do_not_depend_on_the_order(rows: list[tuple[int, int | None]], random: Any) -> None:
    acyclic = [(str(n), None if parent is None or parent <= n else str(parent)) for n, parent in rows]
    parents = dict(acyclic)

    def root(number: str) -> str:
        while (parent := parents[number]) in parents:
            number = str(parent)
        return number

    woven = weave(random.sample(acyclic, len(acyclic)), Known[str]())
    assert woven.refused == {}
    assert dict(woven.tree_of) == {number: root(number) for number in parents}


def test_a_tree_that_waited_joins_the_one_it_replies_to() -> None:
    known = Known({"1": "old"}, {"3": ["orphan", "other"]})
    woven = weave([("3", "2"), ("2", "1")], known)
    assert woven.tree_of == {"3": "old", "2": "old"}
    assert woven.joined == {"orphan": "old", "other": "old"}
    alone = weave([("3", None)], known)
    assert (alone.tree_of, alone.joined) == ({"3": "3"}, {"orphan": "3", "other": "3"})


def test_a_message_that_closes_a_circle_is_refused() -> None:
    woven = weave([("1", "2"), ("2", "3"), ("3", "1"), ("4", "4")], Known[str]())
    assert list(woven.refused) == ["3", "4"]
    assert weave([("9", "1")], Known({"1": "t"}, {"9": ["t"]})).refused.keys() == {"9"}


def test_inquiries_count_once_in_their_window() -> None:
    hours = [0, 1, 48, 49, 100]
    asks = [Ask(NINE + timedelta(hours=h), "A001", f"C{h}") for h in hours] + [Ask(NINE, "A002", "C0")]
    paid = [Paid(NINE + timedelta(hours=50), "T2"), Paid(NINE + timedelta(hours=2), "T1"), Paid(NINE, "T0")]
    found = inquiries_of(reversed(asks), paid, lambda _: timedelta(hours=48))
    assert [(i.ask.chat_no, i.ask.employee_no, i.won and i.won.order_no) for i in found] == [
        ("C0", "A001", "T0"),
        ("C0", "A002", "T0"),
        ("C49", "A001", "T2"),
        ("C100", "A001", None),
    ]


def test_seats_have_holders_or_people_on_duty() -> None:
    monday, tuesday = date(2026, 11, 2), date(2026, 11, 3)
    holders = {("tmall", "小美"): [Holding(monday, "A001"), Holding(tuesday, "A002"), Holding(tuesday, None)]}
    on_duty = [OnSeat("B001", "tmall", "大壮", shift(NINE, 3)), OnSeat("B002", "tmall", None, shift(NINE, 1))]
    seats = Seats(holders, on_duty)
    assert agent_at(seats, "tmall", "小美", after(0), monday) == "A001"
    assert agent_at(seats, "tmall", "小美", after(0), tuesday) is None
    assert agent_at(seats, "tmall", "大壮", after(0), monday) is None, "either of two"
    assert agent_at(seats, "tmall", "大壮", after(7200), monday) == "B001"
    assert agent_at(seats, "tmall", None, after(7200), monday) == "B001"
    assert agent_at(seats, "jd", None, after(7200), monday) is None


def test_settings_hold_from_their_day_on_and_shops_first() -> None:
    day = date(2026, 11, 2)
    told = [("", "60", day), ("tmall", "90", day), ("", "70", date(2026, 11, 9)), ("", "50", day)]
    known = thresholds(Setting("reply_seconds", shop, value, since) for shop, value, since in told)
    assert known.number("reply_seconds", "jd", date(2026, 11, 1)) == 180
    assert known.number("reply_seconds", "jd", day) == 50, "of two of one day the last recorded"
    assert known.number("reply_seconds", "tmall", date(2026, 11, 30)) == 90
    assert known.number("reply_seconds", "jd", date(2026, 11, 30)) == 70
    assert check_setting("reply_seconds", "", "0060") == "60"
    for value in ("0", "-1", "1.5", "一", "99999999999"):
        with pytest.raises(ThresholdUnusable):
            check_setting("reply_seconds", "", value)


def test_grades_and_runs() -> None:
    assert [grade_of(score) for score in range(1, 6)] == ["negative", "negative", "neutral", "positive", "positive"]
    versions = [Version(n, score, None, None, after(n)) for n, score in enumerate((1, 2, 5, 1), start=1)]
    runs = runs_of(versions)
    assert [(run.version, run.grade, run.until) for run in runs] == [
        (1, "negative", after(3)),
        (3, "positive", after(4)),
        (4, "negative", None),
    ]
    day = timedelta(days=1)
    assert answer_overdue_at(runs[0], [], day, FAR) is None, "changed in time"
    assert answer_overdue_at(runs[2], [after(3)], day, FAR) == after(4) + day, "an answer to what it said before"
    assert answer_overdue_at(runs[2], [after(4) + day], day, FAR) is None
    assert answer_overdue_at(runs[2], [], day, after(4) + day - timedelta(seconds=1)) is None


def test_people_are_read_with_weights() -> None:
    assert read_parties("A001：2，A002", field="f") == (Responsible("A001", 2), Responsible("A002", 1))
    assert must_answer(read_parties("A001,A002:3", field="f"), "S9") == "A002"
    assert (must_answer((), "S9"), must_answer((), "")) == ("S9", None)
    with pytest.raises(PartiesUnreadable):
        read_parties("A001 A002", field="f")
    with pytest.raises(PartyListedTwice):
        read_parties("A001,A001", field="f")


def test_messages_are_ordered_as_people_count() -> None:
    assert sorted(["10", "9", "9a", "a10", "a9"], key=natural) == ["9", "9a", "10", "a9", "a10"]
    same_second = [Spoken(NINE.astimezone(UTC), "10", "agent", "A"), Spoken(NINE, "9", "customer")]
    assert isinstance(waits_of(same_second)[0], Wait)
    assert waits_of(same_second)[0].answered_at == NINE
