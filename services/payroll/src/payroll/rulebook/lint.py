"""Checking a version of a pack before anybody signs it: everything wrong at once, and what the signer should know."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from payroll.domain.clause import Clause, LegalClass, RulebookVersion
from payroll.domain.text import Text
from payroll.rulebook.build import build_clause
from payroll.rulebook.examples import prove
from payroll.rulebook.problems import ClauseRefused, RulebookRefused
from payroll.rulebook.shape import ClauseText, PackText, ParameterText
from payroll.rulebook.vocabulary import Vocabulary
from payroll.rulebook.words import VOCABULARY

Changes = Mapping[str, Mapping[str, ParameterText]]


@dataclass(frozen=True, slots=True)
class Linted:
    """The clauses of a version, what forbids using it, and what its signer should know."""

    clauses: tuple[Clause, ...]
    refused: tuple[RulebookRefused, ...]
    warnings: tuple[Text, ...]


def lint(pack: PackText, version: int, changes: Changes, *, name: str, vocabulary: Vocabulary = VOCABULARY) -> Linted:
    """Compile a version of a pack with a company's changes of parameters ({clause id: {parameter: value}}).

    Examples prove the formulas with the parameters the pack ships; a company's own values then take their place.
    `name` is what payslip lines will call the version.
    """
    clauses: list[Clause] = []
    refused: list[RulebookRefused] = list(_unknown_changes(pack, version, changes))
    warnings: list[Text] = []
    for written in pack.versions[version].clauses if version in pack.versions else ():
        try:
            own = _changed(written, changes)
            _takes_only_by_law(own)
            clause = build_clause(own, pack, name, vocabulary)
            blank = any(value is None for value in written.parameters.values())
            prove(own if blank else written, pack, vocabulary)
        except ClauseRefused as problem:
            refused.append(problem)
            continue
        clauses.append(clause)
        warnings += _legal_warnings(clause)
    return Linted(tuple(clauses), tuple(refused), tuple(warnings))


def version_of(
    pack: PackText, version: int, changes: Changes, *, number: int, in_force_from: date, signed_at: datetime
) -> RulebookVersion:
    """Build a version that was linted, and so proved by its examples, and signed.

    Raises the first RulebookRefused if it does not compile: it was made by another release of the language.
    """
    if unknown := _unknown_changes(pack, version, changes):
        raise unknown[0]
    name = version_name(pack.pack, number)
    clauses = [build_clause(_changed(w, changes), pack, name, VOCABULARY) for w in pack.versions[version].clauses]
    return RulebookVersion(pack.pack, number, in_force_from, signed_at, tuple(clauses))


def _changed(written: ClauseText, changes: Changes) -> ClauseText:
    return replace(written, parameters={**written.parameters, **changes.get(written.id, {})})


def version_name(pack: str, number: int) -> str:
    """Write what payslip lines call a company's version of a pack: `night-shop-5/2`."""
    return f"{pack}/{number}"


def _unknown_changes(pack: PackText, version: int, changes: Changes) -> list[RulebookRefused]:
    if version not in pack.versions:
        known = ", ".join(str(v) for v in pack.versions)
        what = Text(f"没有版本 {version}", f"the pack has no version {version}")
        return [RulebookRefused(pack.pack, what, Text(f"可用：{known}", f"there are: {known}"))]
    clauses = {clause.id: clause for clause in pack.versions[version].clauses}
    found: list[RulebookRefused] = []
    for id, changed in changes.items():
        if id not in clauses:
            what = Text(f"没有条款 {id}", f"there is no clause {id}")
            found.append(RulebookRefused(id, what, Text("核对编号", f"there are: {', '.join(clauses)}")))
            continue
        parameters = clauses[id].parameters
        for name in sorted(changed.keys() - parameters.keys()):
            what = Text(f"没有参数 {name}", f"there is no parameter {name!r}")
            remedy = Text(f"可用：{'、'.join(parameters)}", f"there are: {', '.join(parameters)}")
            found.append(ClauseRefused(id, f"parameters.{name}", what, remedy, line=clauses[id].line))
    return found


def _takes_only_by_law(written: ClauseText) -> None:
    if written.amount is not None and written.amount.text.startswith("-") and written.legal_class is None:
        raise ClauseRefused(
            written.id,
            "legal_class",
            Text("扣款条款没有法律类别", "a clause that takes money declares no legal class"),
            Text("bonus_not_earned 通常合适", "bonus_not_earned fits most; see the waterfall"),
            line=written.line,
        )


def _legal_warnings(clause: Clause) -> list[Text]:
    if clause.legal_class is LegalClass.DISCIPLINARY_FINE:
        zh = f"{clause.id} 是罚款：广东禁止，其他地方默认关闭，不会扣取"
        en = f"{clause.id} is a fine: forbidden in Guangdong, off by default elsewhere; nothing will be taken"
        return [Text(zh, en)]
    return []
