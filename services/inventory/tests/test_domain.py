"""Pure decisions, with numbers worked out by hand; and shelves under any sequence of acts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.problems import Refusal
from inventory.domain import errors
from inventory.domain.answering import Answerer, loss, parts_of
from inventory.domain.counting import Count, Threshold, drawn, tallies
from inventory.domain.dated import Dated, in_force, or_first, planned_after
from inventory.domain.errors import CostUnknown, NotEnoughStock, StockTooLarge
from inventory.domain.money import apportion, value_at_cost
from inventory.domain.permissions import counts_blind
from inventory.domain.shelf import MOST, Move, Shelf

NOON = datetime(2026, 10, 2, 4, tzinfo=UTC)
D = Decimal


def moved(change: str) -> Move:
    return Move("main", "cup", D(change), "received", "document", "1", NOON)


class Shelves(RuleBasedStateMachine):
    """On hand is what was booked, never below 0; what is promised was there when it was promised."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf, self.booked, self.promised = Shelf(), D(0), D(0)

    @rule(change=st.integers(-30, 30).filter(bool))
    def move(self, change: int) -> None:
        if self.booked + change < 0:
            with pytest.raises(NotEnoughStock):
                self.shelf.apply(moved(str(change)))
        else:
            self.shelf.apply(moved(str(change)))
            self.booked += change

    @rule(wanted=st.integers(1, 30))
    def reserve(self, wanted: int) -> None:
        before = self.shelf.available
        promised = self.shelf.reserve(D(wanted))
        assert promised == max(0, min(D(wanted), before))
        self.promised += promised

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        freed = data.draw(st.integers(0, int(self.promised)))
        self.shelf.release(D(freed))
        self.promised -= freed

    @invariant()
    def adds_up(self) -> None:
        assert (self.shelf.on_hand, self.shelf.reserved) == (self.booked, self.promised)
        assert self.shelf.on_hand >= 0


TestShelves = Shelves.TestCase
TestShelves.settings = settings(max_examples=25, stateful_step_count=25)


def test_a_shelf_has_an_upper_end() -> None:
    shelf = Shelf(MOST)
    with pytest.raises(StockTooLarge):
        shelf.apply(moved("0.001"))
    assert shelf.on_hand == MOST


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_parts_add_up_and_differ_from_exact_by_less_than_a_cent(cents: int, weights: list[int]) -> None:
    amount = D(cents).scaleb(-2)
    parts = apportion(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < D("0.01")


def test_a_loss_in_thirds() -> None:
    """100.00 between three: 33.34, 33.33, 33.33; the first listed gets the cent."""
    people = [Answerer(f"A00{i}", 1) for i in (1, 2, 3)]
    parts = parts_of(D("100.00"), "people", people, keeper="K001")
    assert [part.amount for part in parts] == [D("33.34"), D("33.33"), D("33.33")]
    assert parts_of(D("0.00"), "people", people, keeper="K001") == ()
    [keeper] = parts_of(D("7.01"), "keeper", (), keeper="K001")
    assert (keeper.employee_no, keeper.amount) == ("K001", D("7.01"))


def test_a_loss_is_valued_at_cost_half_up() -> None:
    assert value_at_cost(D(3), D("1.2350")) == D("3.71")  # 3.705
    assert loss("cup", D(-2), None) == 0, "a surplus is worth nothing and needs no cost"
    with pytest.raises(CostUnknown):
        loss("cup", D(2), None)


def counted(found: str, who: str, minute: int = 0, expected: str = "20") -> Count:
    return Count("cup", D(found), NOON + timedelta(minutes=minute), who, D(expected))


@pytest.mark.parametrize(
    ("counts", "cost", "holds", "again"),
    [
        ([counted("18", "A")], "40", "18", False),
        ([counted("17", "A")], "1", "17", True),
        ([counted("18", "A")], "50.01", "18", True),
        ([counted("18", "A")], None, "18", False),
        ([counted("17", "A")], None, "17", True),
        ([counted("17", "A"), counted("17", "B", 5)], "40", "17", False),
        ([counted("19", "B", 5), counted("3", "A")], "40", "19", False),
        ([counted("3", "A"), counted("9", "B", 5, "12")], "40", "9", False),
    ],
)
def test_which_count_holds_and_which_is_made_again(
    counts: list[Count], cost: str | None, holds: str, again: bool
) -> None:
    costs = {} if cost is None else {"cup": D(cost)}
    tally = tallies(counts, costs, Threshold(D(2), D(100)))["cup"]
    assert (tally.holds.counted, tally.again) == (D(holds), again)


def test_a_sample_can_be_drawn_again() -> None:
    skus = [f"S{i}" for i in range(50)]
    assert drawn(skus, 5, 7) == drawn(reversed(skus), 5, 7)
    assert drawn(skus, 5, 7) != drawn(skus, 5, 8)
    assert drawn(skus, 99, 7) == sorted(skus)


def test_values_that_begin_on_a_day() -> None:
    said = [Dated(date(2026, 10, 1), "a"), Dated(date(2026, 10, 9), "b"), Dated(date(2026, 10, 1), "c")]
    assert in_force(said, date(2026, 9, 30)) is None
    assert or_first(said, date(2026, 9, 30)) == "c"
    assert in_force(said, date(2026, 10, 8)) == "c", "of one day the last recorded"
    assert in_force(said, date(2026, 10, 9)) == "b"
    assert or_first([], date(2026, 10, 9)) is None


def test_the_next_planned_day() -> None:
    friday = date(2026, 10, 2)
    assert planned_after([], "5", friday - timedelta(days=1)) == friday
    assert planned_after([], "5", friday) == date(2026, 10, 9)
    changed = [Dated(date(2026, 10, 5), "3")]
    assert planned_after(changed, "5", friday) == date(2026, 10, 7)
    assert planned_after([Dated(date(2026, 1, 1), "0")], "5", friday) is None


def test_who_counts_blind() -> None:
    assert counts_blind({"keeper"}) and counts_blind({"employee"}) and counts_blind({"keeper", "boss"})
    assert not counts_blind({"lead"}) and not counts_blind({"employee", "finance"})


def test_every_refusal_stands_in_the_tree_and_speaks_both_languages() -> None:
    tree = errors.__doc__ or ""
    own = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Refusal)]
    own = [cls for cls in own if cls.__module__ == errors.__name__]
    assert len(own) > 30
    for cls in own:
        said: Any = cls.__doc__
        assert cls.__name__ in tree and "zh" in vars(cls) and said.endswith("."), cls
