"""The month is the same for everybody, as large as it says, and of one piece."""

import hashlib
import itertools
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from demo.chases import ALLOWED, due_chases
from demo.conversation import Message
from demo.department import Department, department
from demo.goods import GOODS
from demo.month import DEMO, Month, at
from demo.people import DEPARTMENT, SHOPS, STAFF, staff_rows
from demo.plan import (
    ABSENT,
    CHASED,
    COMPLAINTS,
    DIFFERENCES,
    LATE,
    LATE_GREETINGS,
    LATE_UPLOADS,
    LEAVES,
    OVERDUE_REPLIES,
)
from demo.stock import Counted, on_hand


@pytest.fixture(scope="module")
def made() -> Department:
    """Make up the month once."""
    return department(DEMO)


@pytest.fixture(scope="module")
def files(made: Department) -> dict[str, bytes]:
    """Write its files once."""
    return made.files()


def test_it_has_the_size_it_says(made: Department) -> None:
    assert len(STAFF) == 24 == len({person.employee_no for person in STAFF}) == len({p.name for p in STAFF})
    assert {row["部门"] for row in staff_rows()} == {DEPARTMENT}
    assert len({order.shop for order in made.orders}) == len(SHOPS) == 2
    assert len({(order.shop, order.order_no) for order in made.orders}) == len(made.orders) == 6000
    assert len({chat.chat_no for chat in made.chats}) == len(made.chats) == 9000
    assert len({review.review_no for review in made.reviews}) == len(made.reviews) == 400
    assert len({count.day for count in made.stock.counts}) == 4
    assert sum(review.complaint is not None for review in made.reviews) == len(COMPLAINTS)


def test_the_same_month_gives_the_same_bytes(made: Department, files: dict[str, bytes]) -> None:
    again = department(DEMO)
    first, second = files, again.files()
    assert {name: hashlib.sha256(content).hexdigest() for name, content in first.items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in second.items()
    }
    assert [asked.body for asked in made.leaves] == [asked.body for asked in again.leaves]


def test_another_month_is_whole_too() -> None:
    february = department(Month(date(2026, 2, 1)))
    assert len(february.orders) == 6000
    assert len(february.stock.counts) >= 160
    assert {order.placed_at.month for order in february.orders} == {2, 3}  # the evening of the 28th ends at one


def test_nothing_happens_after_the_export(made: Department) -> None:
    moments = [
        moment
        for order in made.orders
        for moment in (order.placed_at, order.paid_at, order.shipped_at, order.completed_at, order.cancelled_at)
        if moment
    ]
    moments += [chat.ended_at for chat in made.chats]
    moments += [review.written_at for review in made.reviews]
    moments += [review.answered_at for review in made.reviews if review.answered_at]
    assert at(DEMO.first, 0) <= min(moments) and max(moments) < DEMO.exported_at


def test_an_order_takes_its_steps_in_order(made: Department) -> None:
    for order in made.orders:
        steps = [order.placed_at, order.paid_at, order.shipped_at, order.completed_at]
        taken = [step for step in steps if step]
        assert taken == sorted(taken) and taken == steps[: len(taken)]
        assert not (order.cancelled_at and (order.shipped_at or order.cancelled_at < taken[-1]))
        assert order.net > 0 and all(line.net > 0 for line in order.lines)
        assert all(who in order.remark or len(order.sellers) > 1 for who, _ in order.sellers)


def test_orders_come_out_of_the_chats_that_led_to_them(made: Department) -> None:
    chats = {chat.chat_no: chat for chat in made.chats}
    out_of_chats = [order for order in made.orders if order.chat_no]
    assert len(out_of_chats) == sum(chat.buys for chat in made.chats) > 5000
    for order in out_of_chats:
        chat = chats[order.chat_no]
        assert (order.shop, order.buyer, order.sellers[0][0]) == (chat.shop, chat.buyer, chat.agent.employee_no)
        assert timedelta(0) < order.placed_at - chat.ended_at < timedelta(hours=1)
    orders = {order.order_no: order for order in made.orders}
    for chat in made.chats:
        if chat.order_no:
            order = orders[chat.order_no]
            assert order.buyer == chat.buyer and order.shipped_at and order.shipped_at < chat.messages[0].at


def test_conversions_lie_on_both_sides_of_seven_in_ten(made: Department) -> None:
    asked = Counter(chat.agent.employee_no for chat in made.chats if chat.agent.work == "pre_sales")
    paid = Counter(order.sellers[0][0] for order in made.orders if order.chat_no and order.paid_at)
    ratios = sorted(paid[who] / asked[who] for who in asked)
    assert len(ratios) == 12
    assert ratios[0] < 0.62 and ratios[-1] > 0.74 and 3 <= sum(ratio > 0.7 for ratio in ratios) <= 8


def test_nobody_writes_who_is_not_there(made: Department) -> None:
    there = {(one.duty.person.employee_no, one.duty.day): one.intervals for one in made.attended}
    for chat in made.chats:
        start, end = chat.messages[0].at, chat.ended_at
        day = start.date() if start.hour >= 4 else start.date() - timedelta(days=1)
        assert any(since <= start and end <= until for since, until in there[chat.agent.employee_no, day])


def test_who_is_away_leaves_no_trace(made: Department) -> None:
    away = [one for one in made.attended if one.came_at is None]
    planned = len(ABSENT) + sum(leave.last - leave.first + 1 for leave in LEAVES)
    assert len(away) == planned
    assert not any(one.punches or one.intervals for one in away)


def test_as_many_are_late_and_slow_as_planned(made: Department) -> None:
    late = {
        (one.duty.person.employee_no, one.duty.place): int((one.came_at - one.duty.starts_at).total_seconds() // 60)
        for one in made.attended
        if one.came_at and one.came_at > one.duty.starts_at
    }
    assert late == LATE
    waits = [(chat.agent.employee_no, *_waits(chat.messages)) for chat in made.chats]
    greetings = Counter(who for who, first, _ in waits if first > 30)
    replies = Counter(who for who, _, others in waits for wait in others if wait > 180)
    assert greetings == Counter(LATE_GREETINGS) and replies == Counter(OVERDUE_REPLIES)
    assert all(chat.messages[-1].sender != "买家" for chat in made.chats)


def _waits(messages: tuple[Message, ...]) -> tuple[float, list[float]]:
    said = [message for message in messages if message.sender != "机器人"]
    pairs = itertools.pairwise(said)
    waits = [(b.at - a.at).total_seconds() for a, b in pairs if (a.sender, b.sender) == ("买家", "客服")]
    return waits[0], waits[1:]


def test_some_unpaid_orders_are_followed_up_within_the_hour(made: Department) -> None:
    due = {order.order_no for order in due_chases(DEMO, made.orders)}
    assert len(made.chases) == CHASED < len(due) < 20
    for order, moment in made.chases:
        assert order.order_no in due and order.placed_at < moment < order.placed_at + ALLOWED


def test_reviews_and_returns_are_of_orders_that_arrived(made: Department) -> None:
    for review in made.reviews:
        assert review.order.completed_at and review.order.completed_at < review.written_at
        assert review.answered_at is None or review.answered_at > review.written_at
        assert (review.complaint is None) == (review.score > 3)
    assert len({review.order.order_no for review in made.reviews}) == 400
    for one in made.returns:
        assert Decimal(0) < one.amount <= one.line.net
        assert one.order.completed_at and one.order.completed_at < one.requested_at
        if one.comes_back and one.executed_at:
            assert one.received_at and one.requested_at < one.received_at < one.executed_at
    assert sum(one.executed_at is None for one in made.returns) > 0 < len(made.acts)


def test_the_shelves_are_never_empty(made: Department) -> None:
    pieces: Counter[str] = Counter()
    for move in made.stock.moves:
        pieces[move.sku] += move.pieces
        assert pieces[move.sku] >= 0, move
    off = {one.sku: one.pieces for one in DIFFERENCES}
    assert made.stock.at_the_end == {goods.sku: pieces[goods.sku] + off.get(goods.sku, 0) for goods in GOODS}
    assert len(made.stock.deliveries) == 4 * len(GOODS)


def test_counts_differ_only_where_planned_and_are_then_repeated_by_somebody_else(made: Department) -> None:
    counted: dict[tuple[date, str], list[Counted]] = {}
    for one in made.stock.counts:
        counted.setdefault((one.day, one.sku), []).append(one)
    assert len(counted) == 4 * len(GOODS)
    planned = {(DEMO.counts[one.count], one.sku): one.pieces for one in DIFFERENCES}
    found: dict[str, int] = {}
    for place, ones in sorted(counted.items()):
        expected = on_hand(made.stock.moves, found, ones[0].counted_at)[place[1]]
        off = planned.get(place, 0)
        assert {one.pieces - expected for one in ones} == {off}
        assert len({one.counted_by for one in ones}) == len(ones) == (2 if off else 1)
        found[place[1]] = found.get(place[1], 0) + off


def test_a_late_upload_holds_back_the_punches_of_a_day_at_work(made: Department, files: dict[str, bytes]) -> None:
    held = [one for one in made.attended if (one.duty.person.employee_no, one.duty.place) in LATE_UPLOADS]
    assert [len(one.punches) for one in held] == [2]
    late = files["补传打卡.csv"].decode("utf-8-sig").splitlines()[1:]
    on_time = set(files["打卡记录.csv"].decode("utf-8-sig").splitlines()[1:])
    assert len(late) == 2 and not on_time & set(late)
