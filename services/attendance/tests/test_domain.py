"""What may stand in the directory and how it may change: values in, answer out."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from attendance.domain import errors
from attendance.domain.employment import Employment, Entry, change, hire, leave, normal, take_in
from attendance.domain.text import clean, clean_number
from chassis.problems import Refusal

TODAY = date(2026, 11, 2)
LIN = Entry("A001", "林小满", "电商一部", "客服", date(2026, 3, 1), work_place="广州")
EMPLOYED = Employment(LIN, LIN.hire_date)


def left(day: date) -> Employment:
    return replace(EMPLOYED, leave_date=day)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  林 \t小满　", "林 小满"),
        ("Ame\u0301lie", "Amélie"),
        ("Å", "Å"),
        ("𠮷野", "𠮷野"),
    ],
)
def test_texts_have_one_form(written: str, kept: str) -> None:
    assert clean(written, "name") == kept


@pytest.mark.parametrize("invisible", ["\u202e", "\u2066", "\u200f", "\u200b", "\x00", "\x1b", "\ud800", "\u061c"])
def test_invisible_characters_are_refused_by_number(invisible: str) -> None:
    with pytest.raises(errors.TextMisleads) as refused:
        clean(f"林{invisible}小满", "name")
    assert refused.value.field == "name"
    assert f"U+{ord(invisible):04X}" in refused.value.detail
    assert f"U+{ord(invisible):04X}" in refused.value.detail_zh


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "　"])
def test_blank_texts_are_refused(blank: str) -> None:
    with pytest.raises(errors.TextIsBlank):
        clean(blank, "post")


def test_length_counts_in_the_form_that_is_kept() -> None:
    assert clean("e\u0301" * 100, "name") == "é" * 100
    with pytest.raises(errors.TextIsTooLong):
        clean("\u0958" * 60, "name")  # NFC writes this letter as two


@pytest.mark.parametrize("number", ["A001", "广州-007", "48436dade18ac8b2bce089ec2a041202", "a.b", "张三@一部"])
def test_numbers_as_companies_write_them(number: str) -> None:
    assert clean_number(number, "employee_no") == number


@pytest.mark.parametrize("number", ["a/b", "a\\b", "a b", "a?b", "a#b", "a%2Fb", ".", ".."])
def test_numbers_that_could_not_stand_in_an_address(number: str) -> None:
    with pytest.raises(errors.NumberCannotBeAddressed):
        clean_number(number, "employee_no")


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"name": "\u202egnol"}, errors.TextMisleads, "name"),
        ({"department": " "}, errors.TextIsBlank, "department"),
        ({"manager_no": "A001"}, errors.ManagesThemselves, "manager_no"),
        ({"hire_date": TODAY + timedelta(days=367)}, errors.DateIsImplausible, "hire_date"),
        ({"hire_date": date(202, 3, 1)}, errors.DateIsImplausible, "hire_date"),
    ],
)
def test_entries_that_cannot_be(wrong: dict[str, object], refusal: type[Refusal], field: str) -> None:
    with pytest.raises(refusal) as refused:
        normal(replace(LIN, **wrong), TODAY)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_hired_up_to_a_year_ahead() -> None:
    soon = replace(LIN, hire_date=TODAY + timedelta(days=366))
    assert hire(None, soon, TODAY).valid_from == soon.hire_date


def test_a_number_is_taken_until_its_last_day_is_over() -> None:
    again = replace(LIN, hire_date=date(2026, 10, 1))
    for before in (EMPLOYED, left(date(2026, 10, 1))):
        with pytest.raises(errors.EmployeeNumberTaken):
            hire(before, again, TODAY)
    assert hire(left(date(2026, 9, 30)), again, TODAY).after == Employment(again, again.hire_date)


def test_a_change_takes_effect_today_unless_said() -> None:
    step = change(EMPLOYED, {"post": "组长"}, None, TODAY)
    assert step is not None
    assert (step.what, step.valid_from) == ("changed", TODAY)
    assert step.after == Employment(replace(LIN, post="组长"), TODAY)


def test_a_change_that_changes_nothing_is_no_step() -> None:
    assert change(EMPLOYED, {"post": " 客服 ", "manager_no": ""}, None, TODAY) is None
    assert change(left(date(2026, 5, 1)), {"post": "客服"}, None, TODAY) is None


def test_changes_keep_their_order_and_never_run_ahead() -> None:
    changed = change(EMPLOYED, {"post": "组长"}, date(2026, 10, 1), TODAY)
    assert changed is not None
    for day in (date(2026, 9, 30), TODAY + timedelta(days=1)):
        with pytest.raises(errors.ChangeIsOutOfOrder) as refused:
            change(changed.after, {"post": "主管"}, day, TODAY)
        assert refused.value.field == "valid_from"
    assert change(changed.after, {"post": "主管"}, date(2026, 10, 1), TODAY) is not None


def test_somebody_who_begins_later_can_be_corrected_before() -> None:
    later = hire(None, replace(LIN, hire_date=date(2026, 12, 1)), TODAY).after
    step = change(later, {"post": "组长"}, None, TODAY)
    assert step is not None
    assert step.valid_from == date(2026, 12, 1)


def test_required_texts_cannot_be_cleared_others_can() -> None:
    with pytest.raises(errors.TextIsBlank):
        change(EMPLOYED, {"name": None}, None, TODAY)
    step = change(EMPLOYED, {"work_place": None}, None, TODAY)
    assert step is not None
    assert step.after.entry.work_place is None


def test_who_has_left_is_not_changed_who_will_leave_is() -> None:
    with pytest.raises(errors.EmployeeHasLeft):
        change(left(TODAY - timedelta(days=1)), {"post": "组长"}, None, TODAY)
    assert change(left(TODAY), {"post": "组长"}, None, TODAY) is not None


def test_the_last_day() -> None:
    step = leave(EMPLOYED, date(2026, 11, 30), TODAY)
    assert step is not None
    assert (step.what, step.valid_from) == ("left", date(2026, 11, 30))
    assert step.after.valid_from == EMPLOYED.valid_from, "until then the entry can still change"
    assert leave(step.after, date(2026, 11, 30), TODAY) is None
    with pytest.raises(errors.EmployeeHasLeft):
        leave(step.after, date(2026, 12, 1), TODAY)
    assert leave(EMPLOYED, LIN.hire_date, TODAY) is not None
    with pytest.raises(errors.LeavesBeforeHire):
        leave(EMPLOYED, LIN.hire_date - timedelta(days=1), TODAY)


def test_the_hire_date_cannot_move_past_the_last_day() -> None:
    with pytest.raises(errors.LeavesBeforeHire) as refused:
        change(left(TODAY), {"hire_date": TODAY + timedelta(days=1)}, None, TODAY)
    assert refused.value.field == "hire_date"


def test_a_row_of_a_file_says_nothing_about_what_it_leaves_empty() -> None:
    managed = replace(EMPLOYED, entry=replace(LIN, manager_no="A002"))
    assert take_in(managed, replace(LIN, work_place=None), None, TODAY) == ()


def test_a_row_of_a_file_brings_joining_and_leaving_at_once() -> None:
    steps = take_in(None, LIN, date(2026, 5, 31), TODAY)
    assert [s.what for s in steps] == ["hired", "left"]
    assert take_in(steps[-1].after, LIN, date(2026, 5, 31), TODAY) == ()
    assert take_in(steps[-1].after, LIN, None, TODAY) == ()


def test_a_row_of_a_file_changes_what_differs() -> None:
    steps = take_in(EMPLOYED, replace(LIN, post="组长", manager_no="A002"), None, TODAY)
    assert [(s.what, s.after.entry.post, s.after.entry.manager_no) for s in steps] == [("changed", "组长", "A002")]
    assert steps[0].after.entry.work_place == "广州"
