"""What the law fixes: dates, places, references; what is contradictory or missing is refused by name."""

from datetime import date
from decimal import Decimal

import pytest

from payroll.domain.statute import Statute, Unestablished
from payroll.domain.waterfall import FINE, LOSS_SHARE, MINIMUM_WAGE
from payroll.statutory.load import StatutoryTableInvalid, read_statutes, statutory

ROW = """
- {name: n, place: p, value: 1, from: 2020-01-01, to: 2020-12-31, reference: {zh: 甲, en: a}, confidence: P}
"""


@pytest.mark.parametrize(
    ("place", "day", "wage"),
    [
        ("上海", date(2025, 6, 30), "2690"),
        ("上海市", date(2025, 7, 1), "2740"),
        ("Beijing", date(2026, 1, 31), "2540"),
        ("beijing", date(2023, 8, 31), "2320"),
        ("广州", date(2026, 8, 31), "2500"),
        ("广州市", date(2026, 9, 30), "2680"),
        ("深圳", date(2026, 9, 1), "2700"),
        (" 杭州 ", date(2025, 11, 30), "2490"),
        ("杭州", date(2026, 1, 1), "2660"),
    ],
)
def test_minimum_wages(place: str, day: date, wage: str) -> None:
    found = statutory().find(MINIMUM_WAGE, place, day)
    assert isinstance(found, Statute)
    assert found.value == Decimal(wage)
    assert found.reference.zh
    assert found.confidence


@pytest.mark.parametrize(
    ("name", "place", "day", "says"),
    [
        (MINIMUM_WAGE, "杭州", date(2025, 12, 31), "contradict each other"),
        (MINIMUM_WAGE, "上海", date(2017, 5, 31), "no statutory value 'minimum_wage_monthly'"),
        (MINIMUM_WAGE, "成都", date(2026, 5, 31), "work place 成都"),
        (MINIMUM_WAGE, None, date(2026, 5, 31), "work place not recorded"),
        (FINE, "深圳", date(2026, 5, 31), "a legal opinion is needed"),
        (FINE, "北京", date(2026, 5, 31), "no statutory value"),
    ],
)
def test_what_is_not_established_is_refused_by_name(name: str, place: str | None, day: date, says: str) -> None:
    found = statutory().find(name, place, day)
    assert isinstance(found, Unestablished)
    assert says in found.reason.en


def test_a_place_falls_back_on_what_it_lies_within_and_then_the_nation() -> None:
    fine = statutory().find(FINE, "广州", date(2026, 5, 31))
    assert isinstance(fine, Statute)
    assert (fine.value, fine.place) == (False, "guangdong")
    share = statutory().find(LOSS_SHARE, "成都", date(2026, 5, 31))
    assert isinstance(share, Statute)
    assert (share.value, share.place, share.confidence) == (Decimal("0.20"), "national", "P")
    local = statutory().find(LOSS_SHARE, "上海", date(2026, 8, 31))
    assert isinstance(local, Statute)
    assert "2026〕10号" in local.reference.zh


def test_history_shows_contradictory_values_too() -> None:
    history = [s for s in statutory().history(MINIMUM_WAGE) if s.place == "hangzhou"]
    assert [str(s.value) for s in history] == ["2280", "2490", "2660", "2660"]
    assert sum(1 for s in history if s.open_question) == 1


@pytest.mark.parametrize(
    "text",
    [
        ROW + ROW.replace("from: 2020-01-01", "from: 2020-12-31"),
        ROW.replace(", confidence: P", ""),
        ROW.replace("reference: {zh: 甲, en: a}, ", ""),
        ROW.replace("2020-01-01", "2020-13-01"),
        ROW.replace("value: 1", "value: one"),
    ],
)
def test_a_table_without_ground_is_not_read(text: str) -> None:
    with pytest.raises(StatutoryTableInvalid):
        read_statutes(text)
