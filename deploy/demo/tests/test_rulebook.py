"""The department's rulebook is one that payroll adopts without a fault."""

from demo.rulebook import EVERY_LATENESS, PACK, house_rules
from payroll.rulebook.lint import lint
from payroll.rulebook.load import read_pack, shipped


def test_it_takes_clauses_over_as_they_are_and_proves_its_own() -> None:
    pack = read_pack(house_rules(shipped()))
    linted = lint(pack, 1, EVERY_LATENESS, name=f"{PACK}/1")
    assert [refused.what.en for refused in linted.refused] == []
    taken = {clause.id for clause in linted.clauses}
    assert {"A-000-1.2.2.7.1", "A-004-1.10b", "A-004-1.20c", "A-004-1.22c", "B-05.R2.1", "B-05.R2.2"} <= taken
