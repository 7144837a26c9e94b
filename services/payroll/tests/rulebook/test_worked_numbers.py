"""The language can say the other packs' rules: the worked numbers of the catalogues come out of clauses in YAML."""

from pathlib import Path

import pytest

from payroll.rulebook.examples import prove
from payroll.rulebook.lint import lint
from payroll.rulebook.load import read_pack
from payroll.rulebook.problems import ClauseRefused
from payroll.rulebook.words import VOCABULARY

TEXT = (Path(__file__).parent / "worked_numbers.yaml").read_text(encoding="utf-8")
PACK = read_pack(TEXT)
CLAUSES = {clause.id: clause for clause in PACK.versions[1].clauses}


@pytest.mark.parametrize("id", [id for id in CLAUSES if id != "B-10.T1"])
def test_the_printed_numbers_come_out(id: str) -> None:
    prove(CLAUSES[id], PACK, VOCABULARY)


def test_a_blank_of_the_source_is_refused_by_name_until_it_is_set() -> None:
    with pytest.raises(ClauseRefused, match="parameter 'a_year' is blank"):
        prove(CLAUSES["B-10.T1"], PACK, VOCABULARY)
    linted = lint(PACK, 1, {"B-10.T1": {"a_year": "120 CNY"}}, name="x/1")
    assert linted.refused == ()
    assert len(linted.clauses) == len(CLAUSES)
