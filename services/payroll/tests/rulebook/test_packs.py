"""Packs: every one shipped proves itself; what is wrong with one is refused with line and remedy."""

import pytest

from payroll.rulebook.lint import lint
from payroll.rulebook.load import read_pack, shipped
from payroll.rulebook.problems import ClauseRefused, PackUnreadable, RulebookRefused

PACKS = {name: read_pack(text) for name, text in shipped().items()}
# the first two versions are enough to break, and quicker to read again and again
NIGHT_SHOP = shipped()["night-shop-5"].partition("\n  - version: 3")[0]


@pytest.mark.parametrize(("name", "version"), [(name, v) for name, pack in PACKS.items() for v in pack.versions])
def test_every_shipped_version_proves_itself(name: str, version: int) -> None:
    linted = lint(PACKS[name], version, {}, name=f"{name}/1")
    assert linted.refused == ()
    assert len(linted.clauses) == len(PACKS[name].versions[version].clauses)
    assert PACKS[name].pack == name


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("amount: amount * rate", "amount: amout * rate", r"B-05.R2.1.amount, line \d+, column 1: .*'amout'"),
        ("expect: 7.50 CNY", "expect: 7.51 CNY", r"expects 7.51 but comes to 7.50 \(cites catalogue B 4.7"),
        ("rate: 1 %\n", "rate:\n", "parameter 'rate' is blank"),
        ("when: amount > 0 CNY", "when: amount > 0", "cannot compare money > number"),
        ("when: amount > 0 CNY", "when: amount", "must be boolean, but is money"),
        ("pool: commission", "pool: comission", "no pool 'comission'"),
        ("event: order.completed", "event: order.complete", "no event 'order.complete'"),
        ("reversed_by: [refund.executed]", "reversed_by: [refund.done]", "no event 'refund.done'"),
        ("          rate: 1 %\n", "          rate: 1 %\n          extra: 2 %\n", "no formula reads 'extra'"),
        ("        legal_class: loss_compensation\n", "", "declares no legal class"),
        ("        pool: commission\n", "        pool: commission\n        confirm: manager\n", "only what takes money"),
        ("        pool: commission\n", "        pool: commission\n        stack: sum\n", "nothing without a `family`"),
        ("        pool: commission\n", "        pool: commission\n        window: day\n", "no formula reads `nth`"),
        ("        pool: commission\n", "        pool: commission\n        per: shop\n", "no formula reads `nth`"),
        ("amount: amount * rate", "amount: amount * rate * nth\n        window: age", "'age' is no window"),
        ("amount: amount * rate", "amount: amount * rate * nth\n        per: [sku]", "has no field 'sku'"),
        ("given: [{amount: 300.00 CNY}", "given: [{amount: 300}", "amount is money, not number"),
        ("given: [{amount: 300.00 CNY}", "given: [{amont: 3 CNY}", "has no field 'amont'"),
    ],
)
def test_a_faulty_clause_names_clause_place_and_remedy(old: str, new: str, says: str) -> None:
    assert old in NIGHT_SHOP
    linted = lint(read_pack(NIGHT_SHOP.replace(old, new, 1)), 1, {}, name="x/1")
    assert linted.refused
    with pytest.raises(RulebookRefused, match=says):
        raise linted.refused[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("pack: night-shop-5", "pack: night-shop-5\npack: other", "line 4: the key 'pack' stands twice"),
        ("pool: commission", "pol: commission", "unknown key 'pol'"),
        ("        pool: commission\n", "", "either `amount` and `pool` or `recommend`"),
        ('source: "奖励 2(1) · L253"', 'source: ""', "nothing is written here"),
        ('        source: "奖励 2(1) · L253"\n', "", "'source' is missing"),
        ("event: order.completed", "each: year", "`each` is month"),
        ("event: order.completed", "event: order.completed\n        each: month", "either `event` or `each`"),
        ("legal_class: loss_compensation", "legal_class: theft", "no legal class 'theft'"),
        ("confirm: automatic", "confirm: never", "'never' is not one of manager, automatic"),
        (
            "        amount: amount * rate",
            "        rank: amount * rate\n        amount: amount * rate",
            "judged `each: month`",
        ),
        ("  - version: 2", "  - version: 1", "version 1 stands twice"),
        ("  - version: 2", "  - version: two", "'two' is not a version"),
        ("id: B-05.D1.1", "id: B-05.R2.1", "clause B-05.R2.1 stands twice"),
        ("pack: night-shop-5", "pack: &a night-shop-5\nother: *a", "anchors and aliases"),
        ("pack: night-shop-5", "pack: [", "this is not YAML"),
    ],
)
def test_what_is_not_a_pack_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert old in NIGHT_SHOP
    with pytest.raises(PackUnreadable, match=says):
        read_pack(NIGHT_SHOP.replace(old, new, 1))


def test_an_empty_text_and_deep_nesting_are_refused() -> None:
    for text, says in (("", "empty"), ("[" * 5000, "nested deeper"), ("a: " * 3, "not YAML"), ("\x00", "not YAML")):
        with pytest.raises(PackUnreadable, match=says):
            read_pack(text)


def test_scalars_stay_text_until_a_clause_types_them() -> None:
    text = NIGHT_SHOP.replace("rate: 1 %\n", "rate: 1.10 %\n", 1).replace("expect: 7.50", "expect: 8.25")
    text = text.replace("expect: 12.35", "expect: 13.58")
    linted = lint(read_pack(text), 1, {}, name="x/1")
    assert linted.refused == ()


def test_a_company_changes_parameters_without_touching_formula_or_examples() -> None:
    pack = PACKS["night-shop-5"]
    linted = lint(pack, 1, {"B-05.R2.1": {"rate": "2 %"}}, name="x/1")
    assert linted.refused == ()
    clause = next(c for c in linted.clauses if c.id == "B-05.R2.1")
    assert clause.measures == frozenset()
    wrong = {"B-05.R2.1": {"rate": "2 CNY", "rates": "1 %"}, "B-05.X": {"a": "1 %"}}
    refused = [str(r) for r in lint(pack, 1, wrong, name="x/1").refused]
    assert any("there is no parameter 'rates'" in r for r in refused)
    assert any("there is no clause B-05.X" in r for r in refused)
    assert any("units do not fit: money * money" in r for r in refused)
    unknown = lint(pack, 9, {}, name="x/1").refused
    assert "has no version 9" in str(unknown[0])


def test_a_blank_parameter_refuses_by_name_until_it_is_set() -> None:
    pack = read_pack(NIGHT_SHOP.replace("          rate: 1 %\n", "          rate:\n", 1))
    assert "blank" in str(lint(pack, 1, {}, name="x/1").refused[0])
    assert lint(pack, 1, {"B-05.R2.1": {"rate": "1 %"}}, name="x/1").refused == ()


def test_problems_carry_both_languages_and_the_formula_column() -> None:
    broken = NIGHT_SHOP.replace("amount: amount * rate", "amount: amount * nothing", 1)
    [problem] = lint(read_pack(broken), 1, {}, name="x/1").refused
    assert isinstance(problem, ClauseRefused)
    assert (problem.clause, problem.key, problem.column) == ("B-05.R2.1", "amount", 10)
    assert broken.splitlines()[(problem.line or 0) - 1].strip() == "amount: amount * nothing"
    assert "没有名为 nothing" in problem.what.zh
