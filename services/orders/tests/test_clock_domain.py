"""Clocks, settings and the gate of refunds as pure decisions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.clocks import Announced, Facts, corrections, deadlines, state_of
from orders.domain.errors import SettingUnusable
from orders.domain.refund import Blocked, blocked
from orders.domain.sellers import Seller
from orders.domain.shop_settings import REFUND_SEAT, Name, Setting, read_value, settings_of

T0 = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)
DAY = date(2026, 5, 6)
SHIPPED = settings_of(())
HOURS = st.one_of(st.none(), st.integers(0, 100).map(lambda hours: T0 + timedelta(hours=hours)))
FACTS = st.builds(
    Facts,
    shop=st.just("tmall"),
    placed_at=st.just(T0),
    paid_at=HOURS,
    shipped_at=HOURS,
    completed_at=HOURS,
    cancelled_at=HOURS,
    chased_at=HOURS,
    buyer_paid_at=HOURS,
    refunded_at=HOURS,
)


@given(FACTS, st.integers(0, 200))
def test_a_clock_is_judged_alike_whenever_somebody_looks(facts: Facts, hours: int) -> None:
    for deadline in deadlines(facts, SHIPPED, placed_on=DAY, paid_on=DAY):
        states = [state_of(deadline, facts, T0 + timedelta(hours=h)) for h in (hours, hours + 1, 10_000)]
        settled = [state for state in states if state != "running"]
        assert len(set(settled)) == 1
        assert "running" not in states[len(states) - len(settled) :]


@given(FACTS)
def test_less_is_known_more_is_missed(facts: Facts) -> None:
    """Learning of one more thing in time never makes a miss of what was met."""
    later = T0 + timedelta(days=100)
    bare = Facts(shop="tmall", placed_at=T0, paid_at=facts.paid_at)
    for deadline in deadlines(bare, SHIPPED, placed_on=DAY, paid_on=DAY):
        if state_of(deadline, bare, later) == "met":
            assert state_of(deadline, facts, later) == "met"


def test_the_worked_limits() -> None:
    facts = Facts(shop="tmall", placed_at=T0, paid_at=T0 + timedelta(minutes=61))
    chase, dispatch = deadlines(facts, SHIPPED, placed_on=DAY, paid_on=DAY)
    assert (chase.allowed, chase.due_at - T0) == (60, timedelta(minutes=60))  # B-05.D1.5
    assert (dispatch.allowed, dispatch.due_at - dispatch.started_at) == (48, timedelta(hours=48))  # B-08.1.4.2b
    assert dispatch.remind_at == dispatch.started_at + timedelta(hours=24)
    assert state_of(chase, facts, T0 + timedelta(minutes=62)) == "missed"


def announced(people: str) -> Announced:
    return Announced(UUID(int=1), DAY, people)


@pytest.mark.parametrize(
    ("state", "responsible", "before", "new", "over"),
    [
        ("missed", ["A", "B"], [], ["A", "B"], []),
        ("missed", ["A", "B"], ["A"], ["B"], []),
        ("missed", ["B"], ["A"], ["B"], ["A"]),
        ("met", ["A"], ["A"], [], ["A"]),
        ("running", ["A"], [], [], []),
    ],
)
def test_what_still_holds_is_not_said_again(
    state: Any, responsible: list[str], before: list[str], new: list[str], over: list[str]
) -> None:
    found = corrections(state, responsible, {who: announced(who) for who in before})
    assert (found[0], [miss.people for miss in found[1]]) == (new, over)


def test_a_shops_own_value_counts_before_everybodys() -> None:
    def on(day: int) -> date:
        return date(2026, 5, day)

    settings = settings_of(
        [
            Setting("dispatch_hours", "jd", "24", on(10)),
            Setting("dispatch_hours", None, "72", on(5)),
            Setting("dispatch_hours", "jd", "36", on(10)),  # recorded later for the same day
            Setting("dispatch_hours", "jd", "12", on(8)),
            Setting("dispatch_holders", None, "D1:2,D2:1", on(1)),
            Setting(REFUND_SEAT, "jd", "S1", on(2)),
        ]
    )
    hours = [settings.number("dispatch_hours", "jd", on(day)) for day in (4, 5, 8, 9, 10, 11)]
    assert hours == [48, 72, 12, 12, 36, 36]
    assert settings.number("dispatch_hours", "tmall", on(9)) == 72
    assert settings.people("dispatch_holders", "jd", on(9)) == (Seller("D1", 2), Seller("D2", 1))
    assert settings.people("operations_specialist", "jd", on(9)) == ()
    assert [settings.holder("jd", on(day)) for day in (1, 2)] == [None, "S1"]


@pytest.mark.parametrize("name", ["payment_chase_minutes", "dispatch_hours", "dispatch_target_hours"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "1e3", "", "９", "9999999999"])
def test_a_threshold_is_a_whole_number(name: Name, value: str) -> None:
    with pytest.raises(SettingUnusable):
        read_value(name, value)


@pytest.mark.parametrize(
    ("holder", "by", "comes_back", "back", "reason"),
    [
        ("S1", "S1", True, True, None),
        ("S1", "S1", True, False, "goods_not_back"),
        ("S1", "S1", False, False, None),
        ("S1", "A1", True, True, "not_the_refund_holder"),
        (None, "S1", False, False, "not_the_refund_holder"),
        (None, None, False, False, "not_the_refund_holder"),
        ("S1", None, False, False, "not_the_refund_holder"),
    ],
)
def test_the_gate(holder: str | None, by: str | None, comes_back: bool, back: bool, reason: Blocked | None) -> None:
    assert blocked(holder=holder, by=by, goods_come_back=comes_back, goods_back=back) == reason
