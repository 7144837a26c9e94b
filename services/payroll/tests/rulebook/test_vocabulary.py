"""Every event that names a person has words for formulas, or a reason why none are needed."""

from decimal import Decimal

import pytest

from contracts.base import EventData, Revocation
from contracts.catalogue import every_class
from payroll.rulebook.units import Kind
from payroll.rulebook.words import EVENTS

NAMES_PEOPLE = {"employee_no", "parties", "shares", "keeper"}
NO_WORDS = {
    "employee.hired": "the staff directory: who is paid, not what happened",
    "employee.changed": "the staff directory",
    "employee.left": "the staff directory",
    "shift.published": "the roster: attendance.day_evaluated tells what came of it",
    "order.amended": "before completion: order.completed says all amounts again",
    "payslip.issued": "payroll's own word to others",
    "deduction.assessed": "payroll's own word to others",
    "deduction.revoked": "payroll's own word to others",
    "appeal.decided": "payroll's own word to others",
}
KINDS = {"minutes": Decimal(60), "seconds": Decimal(1), "hours": Decimal(3600)}
CLASSES = {type: data for (type, _), data in every_class().items()}


def fields_of(data: type[EventData]) -> set[str]:
    return set(data.model_fields)


def test_every_event_about_people_has_words_or_a_reason() -> None:
    """Revocations need none: they take back what an event of another type did."""
    about = {
        type for type, data in CLASSES.items() if NAMES_PEOPLE & fields_of(data) and not issubclass(data, Revocation)
    }
    assert about - EVENTS.keys() == NO_WORDS.keys()
    assert EVENTS.keys() - CLASSES.keys() == {"loss.confirmed"}, "payroll's own: decided here, announced by nobody"


@pytest.mark.parametrize("type", sorted(EVENTS.keys() - {"loss.confirmed"}))
def test_words_are_fields_of_the_contract_in_its_units(type: str) -> None:
    for name, word in EVENTS[type].fields.items():
        assert name in fields_of(CLASSES[type]) or (name == "amount" and "shares" in fields_of(CLASSES[type])), name
        assert word.title.zh
        assert word.title.en
        if word.kind is Kind.DURATION:
            assert KINDS[name.rpartition("_")[2]] == word.scale
        else:
            assert word.scale == 1
