"""The pure decisions about orders."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import Refusal
from orders.domain import errors
from orders.domain.draft import Basis, Draft, check_identity, line_of, said, simplified
from orders.domain.money import NOTHING, apportion
from orders.domain.order import Order, amended, assigned, left_by_line, line_assigned, new_order, refunded
from orders.domain.progress import Known, progress, refuse_difference
from orders.domain.sellers import (
    REMARK_PATTERN,
    Directory,
    Seller,
    Sellers,
    read_sellers,
    sellers_in_remark,
    totals,
)
from orders.domain.steps import State, has_happened, steps_ahead, steps_of

NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
cents = st.integers(0, 10_000_000).map(lambda value: Decimal(value).scaleb(-2))
weights = st.lists(st.integers(1, 1000), min_size=1, max_size=9)


def money(text: str) -> list[Decimal]:
    return [Decimal(part) for part in text.split()]


@pytest.mark.parametrize(
    ("amount", "by", "parts"),
    [
        ("100.00", [1, 1, 1], "33.34 33.33 33.33"),
        ("0.01", [1, 1], "0.01 0.00"),
        ("0.02", [1, 1, 1], "0.01 0.01 0.00"),
        ("10.00", [2, 1], "6.67 3.33"),
        ("0.05", [7, 2, 1], "0.04 0.01 0.00"),
        ("0.00", [3, 5], "0.00 0.00"),
        ("99.99", [1], "99.99"),
    ],
)
def test_amounts_are_split_by_largest_remainder(amount: str, by: list[int], parts: str) -> None:
    assert apportion(Decimal(amount), by) == money(parts)


@given(cents, weights)
def test_parts_add_up_and_are_within_a_cent(amount: Decimal, by: list[int]) -> None:
    parts = apportion(amount, by)
    assert sum(parts) == amount
    for part, weight in zip(parts, by, strict=True):
        assert abs(part - amount * weight / sum(by)) < Decimal("0.01")


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.data())
def test_a_part_never_exceeds_what_is_held(held: list[int], data: st.DataObject) -> None:
    amount = Decimal(data.draw(st.integers(0, sum(held)))).scaleb(-2)
    for part, weight in zip(apportion(amount, held), held, strict=True):
        assert 0 <= part <= Decimal(weight).scaleb(-2)


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "net"),
    [
        ("3", "33.33", None, "99.99"),
        ("1", "0.005", None, "0.01"),
        ("0.5", "0.01", None, "0.01"),
        ("1.333", "9.99", "3.32", "10.00"),
        ("1", "0", None, "0.00"),
    ],
)
def test_net_is_rounded_half_up_before_the_discount(quantity: str, price: str, discount: str | None, net: str) -> None:
    less = Decimal(discount) if discount else None
    line = line_of(1, "S", None, quantity=Decimal(quantity), unit_price=Decimal(price), discount=less)
    assert str(line.net_amount) == net


@pytest.mark.parametrize(("quantity", "discount"), [("0", None), ("-1", None), ("1", "10.01")])
def test_impossible_lines_are_refused(quantity: str, discount: str | None) -> None:
    less = Decimal(discount) if discount else None
    with pytest.raises(Refusal):
        line_of(1, "S", None, quantity=Decimal(quantity), unit_price=Decimal(10), discount=less)


@pytest.mark.parametrize(
    ("remark", "found"),
    [
        ("工号：A017", ["A017"]),
        ("加急 工号 88 发顺丰", ["88"]),
        ("客服:K1，客服:K2，客服:K1", ["K1", "K2"]),
        ("电话 13800138000", []),
        (None, []),
    ],
)
def test_staff_numbers_are_read_out_of_remarks(remark: str | None, found: list[str]) -> None:
    assert [seller.employee_no for seller in sellers_in_remark(remark, re.compile(REMARK_PATTERN))] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A001", [("A001", 1)]),
        (" A001:2, A002 ", [("A001", 2), ("A002", 1)]),
        ("甲：3；乙*1、丙", [("甲", 3), ("乙", 1), ("丙", 1)]),
    ],
)
def test_sellers_are_read_from_a_column(text: str, found: list[tuple[str, int]]) -> None:
    assert list(read_sellers(text)) == found


@pytest.mark.parametrize("text", ["A001,A001", "A001:0", "A001:x", ",", "A 1"])
def test_unreadable_sellers_are_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read_sellers(text)


def test_the_directory_decides_who_can_have_sold_it() -> None:
    everybody = Directory(True, {"A": None, "B": date(2026, 5, 5)})
    everybody.check(["A"], sold_on=date(2026, 5, 6), accepts_leavers=False)
    everybody.check(["B"], sold_on=date(2026, 5, 5), accepts_leavers=False)
    everybody.check(["B"], sold_on=date(2026, 5, 6), accepts_leavers=True)
    with pytest.raises(errors.SellerLeft):
        everybody.check(["B"], sold_on=date(2026, 5, 6), accepts_leavers=False)
    with pytest.raises(errors.SellerUnknown):
        everybody.check(["C"], sold_on=date(2026, 5, 6), accepts_leavers=True)
    Directory(False, {}).check(["C"], sold_on=date(2026, 5, 6), accepts_leavers=False)


@pytest.mark.parametrize(
    ("said_times", "status", "steps"),
    [
        ({}, None, ["created"]),
        ({"paid_at": 1}, None, ["created", "paid"]),
        ({"completed_at": 2}, None, ["created", "paid*", "completed"]),
        ({"paid_at": 3, "completed_at": 2}, None, ["created", "paid", "completed"]),
        ({"paid_at": 1, "cancelled_at": 2}, None, ["created", "paid", "cancelled"]),
        ({"paid_at": 1, "completed_at": 2}, "cancelled", ["created", "paid", "cancelled*"]),
        ({}, "cancelled", ["created", "cancelled*"]),
        ({}, "paid", ["created", "paid*"]),
        ({"completed_at": 2}, "paid", ["created", "paid*"]),
    ],
)
def test_the_steps_of_a_whole_order(said_times: dict[str, int], status: State | None, steps: list[str]) -> None:
    times: Any = {name: NOON + hours * HOUR for name, hours in said_times.items()}
    made = steps_of(NOON, **times, status=status)
    assert [step.state + ("" if step.stated else "*") for step in made] == steps


@pytest.mark.parametrize(
    ("said_times", "status", "refusal"),
    [
        ({"completed_at": 1, "cancelled_at": 1}, None, errors.EndsTwice),
        ({}, "completed", errors.CompletionWithoutTime),
        ({"paid_at": -1}, None, errors.TimesOutOfOrder),
        ({"completed_at": -1}, None, errors.TimesOutOfOrder),
    ],
)
def test_impossible_steps_are_refused(said_times: dict[str, int], status: State | None, refusal: type[Refusal]) -> None:
    times: Any = {name: NOON + hours * HOUR for name, hours in said_times.items()}
    with pytest.raises(refusal):
        steps_of(NOON, **times, status=status)


ORDERED: tuple[State, ...] = ("created", "paid", "completed", "cancelled")


@given(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=6))
def test_whatever_is_reported_the_steps_stay_in_order(reports: list[int]) -> None:
    recorded: dict[State, datetime] = {"created": NOON}
    for report in reports:
        said_times: Any = [{"paid_at": NOON + HOUR}, {"completed_at": NOON + 2 * HOUR}, {"cancelled_at": NOON}][
            report - 1
        ]
        try:
            ahead = steps_ahead(recorded, steps_of(NOON, **said_times))
        except Refusal:
            continue
        recorded |= {step.state: step.at for step in ahead}
    reached = list(recorded)
    assert reached in (
        list(ORDERED[:1]),
        list(ORDERED[:2]),
        list(ORDERED[:3]),
        ["created", "cancelled"],
        ["created", "paid", "cancelled"],
    )


BY_A = (Seller("A"),)


def draft(
    *,
    sellers: Sellers = BY_A,
    own: dict[int, Sellers] | None = None,
    nets: Sequence[Decimal] = (Decimal("60.00"), Decimal("40.01")),
    steps: Any = None,
    basis: Basis = "live",
    **changed: Any,
) -> Draft:
    lines = tuple(
        line_of(no, f"S{no}", None, quantity=Decimal(1), unit_price=net, discount=None)
        for no, net in enumerate(nets, start=1)
    )
    return Draft(
        shop=changed.get("shop", "s"),
        order_no="1",
        placed_at=changed.get("placed_at", NOON),
        buyer=changed.get("buyer"),
        remark=None,
        basis=basis,
        lines=lines,
        sellers=sellers,
        line_sellers=own or {},
        steps=steps or steps_of(NOON, NOON),
    )


def order(**said_so: Any) -> Order:
    return new_order(draft(**said_so), UUID(int=1))


def test_lines_with_sellers_of_their_own_are_split_apart() -> None:
    made = order(sellers=(Seller("A"), Seller("B")), own={2: (Seller("B", 1), Seller("C", 2))})
    assert totals(made.holdings) == {
        "A": Decimal("30.00"),
        "B": Decimal("43.34"),
        "C": Decimal("26.67"),
    }


def test_an_order_is_split_once_not_line_by_line() -> None:
    made = order(sellers=(Seller("A"), Seller("B"), Seller("C")), nets=money("10.00 10.00"))
    assert list(totals(made.holdings).values()) == money("6.67 6.67 6.66")


def test_the_same_sellers_on_every_line_are_the_orders() -> None:
    lines = draft().lines
    assert simplified((), {1: (Seller("A"),), 2: (Seller("A"),)}, lines) == ((Seller("A"),), {})
    apart = {1: (Seller("A"),), 2: (Seller("B"),)}
    assert simplified((), apart, lines) == ((), apart)
    assert simplified((), {1: (Seller("A"),)}, lines) == ((), {1: (Seller("A"),)})


@given(st.lists(cents, min_size=1, max_size=5), weights, st.data())
def test_refunds_take_everything_and_nothing_more(nets: list[Decimal], by: list[int], data: st.DataObject) -> None:
    sellers = tuple(Seller(f"A{i}", weight) for i, weight in enumerate(by))
    own = {1: (Seller("X", 2), Seller("A0", 1))} if data.draw(st.booleans()) else {}
    standing = order(sellers=sellers, own=own, nets=nets)
    first = totals(standing.holdings)
    back: dict[str, Decimal] = {}
    paid_back = NOTHING
    for _ in range(data.draw(st.integers(1, 6))):
        left = left_by_line(standing)
        line_no = data.draw(st.sampled_from([None, *left]))
        most = sum(left.values(), NOTHING) if line_no is None else left[line_no]
        if most:
            amount = Decimal(data.draw(st.integers(1, int(most * 100)))).scaleb(-2)
            done = refunded(standing, line_no, amount)
            assert sum(done.by_line.values()) == amount
            assert all(holding.amount > 0 for holding in done.taken)
            for holding in done.taken:
                back[holding.employee_no] = back.get(holding.employee_no, NOTHING) + holding.amount
            standing, paid_back = done.order, paid_back + amount
    assert all(holding.amount >= 0 for holding in standing.holdings)
    assert sum(left_by_line(standing).values()) == sum(nets) - paid_back
    rest = sum(left_by_line(standing).values(), NOTHING)
    if rest:
        last = refunded(standing, None, rest)
        for holding in last.taken:
            back[holding.employee_no] = back.get(holding.employee_no, NOTHING) + holding.amount
    assert {who: amount for who, amount in first.items() if amount} == back, (
        "a full refund takes exactly what was given"
    )


def test_too_much_is_refused() -> None:
    standing = refunded(order(), 1, Decimal("50.00")).order
    for line_no, amount, refusal in [
        (1, "10.01", errors.RefundTooLarge),
        (None, "50.02", errors.RefundTooLarge),
        (9, "1.00", errors.LineUnknown),
        (1, "0.00", errors.RefundNotPositive),
    ]:
        with pytest.raises(refusal):
            refunded(standing, line_no, Decimal(amount))
    with pytest.raises(errors.OrderNotPaid):
        refunded(order(steps=steps_of(NOON)), 1, Decimal(1))


def test_an_assignment_gives_away_what_is_left() -> None:
    standing = refunded(order(), 1, Decimal("50.00")).order
    after = line_assigned(standing, 1, (Seller("B"),))
    assert totals(after.holdings) == {"A": Decimal("40.01"), "B": Decimal("10.00")}
    assert totals(assigned(after, (Seller("C"),), {}).holdings) == {"C": Decimal("50.01")}
    with pytest.raises(errors.LineUnknown):
        line_assigned(standing, 9, (Seller("B"),))


def test_an_amendment_splits_anew_and_keeps_what_was_refunded() -> None:
    standing = refunded(order(own={2: (Seller("B"),)}), 1, Decimal("50.00")).order
    after = amended(standing, buyer=None, remark=None, lines=draft(nets=money("55.00 40.01 1.00")).lines)
    assert totals(after.holdings) == {"A": Decimal("6.00"), "B": Decimal("40.01")}
    with pytest.raises(errors.AmendmentBelowRefunds):
        amended(standing, buyer=None, remark=None, lines=draft(nets=money("49.99 40.01")).lines)


def known(of: Draft) -> Known:
    return Known(UUID(int=1), said(of), {step.state: step.at for step in of.steps})


def test_a_report_is_recognised_however_it_is_spelled() -> None:
    elsewhere = datetime.fromisoformat("2026-05-06T20:00:00+08:00")
    assert not progress(known(draft()), draft(placed_at=elsewhere, nets=[Decimal("60"), Decimal("40.0100")]))


@pytest.mark.parametrize(
    ("changed", "content", "sellers"),
    [
        ({"buyer": "b"}, ("buyer",), False),
        ({"nets": money("60.00")}, ("lines",), False),
        ({"sellers": (Seller("B"),)}, (), True),
        ({"sellers": ()}, (), False),
    ],
)
def test_what_a_later_report_changes(changed: dict[str, Any], content: tuple[str, ...], sellers: bool) -> None:
    found = progress(known(draft()), draft(**changed))
    assert (found.content, found.sellers) == (content, sellers)
    if content or changed["sellers"]:
        with pytest.raises(errors.OrderDiffers):
            refuse_difference(known(draft()), draft(**changed))


def test_what_a_later_report_cannot_change() -> None:
    finished = known(draft(steps=steps_of(NOON, completed_at=NOON)))
    with pytest.raises(errors.OrderAlreadyCompleted):
        progress(finished, draft(buyer="b"))
    with pytest.raises(errors.OrderDiffers):
        progress(finished, draft(basis="historical"))
    with pytest.raises(errors.StepRecordedOtherwise):
        progress(finished, draft(steps=steps_of(NOON, completed_at=NOON + HOUR)))
    assert progress(finished, draft(sellers=(Seller("B"),))).sellers


@pytest.mark.parametrize("value", ["", "a/b", ".", "..", "a\\b", "x" * 65])
def test_what_no_address_can_carry(value: str) -> None:
    with pytest.raises(errors.IdentityUnusable):
        check_identity(value, field="shop")


def test_a_time_of_before_anybody_sold_online_is_a_slip_of_the_pen() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    has_happened(datetime(2000, 1, 1, tzinfo=UTC), field="placed_at", now=now)
    with pytest.raises(errors.TimeTooEarly):
        has_happened(datetime(1999, 12, 31, tzinfo=UTC), field="placed_at", now=now)
