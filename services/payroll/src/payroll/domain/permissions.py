"""Who may do what in payroll; whoever may read payslips at all reads their own, these roles read everybody's."""

from collections.abc import Mapping

STAFF = frozenset({"employee", "lead", "hr", "finance", "boss"})
OFFICE = frozenset({"hr", "finance", "boss"})
PERSONNEL = frozenset({"hr", "boss"})

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "payslips.read": STAFF,
    "rulebook.read": STAFF,
    "rulebook.draft": OFFICE,
    "rulebook.sign": OFFICE,
    "terms.read": OFFICE,
    "terms.write": PERSONNEL,
    "losses.read": OFFICE,
    "losses.record": PERSONNEL,
    "figures.read": OFFICE,
    "figures.record": PERSONNEL,
    "runs.read": OFFICE,
    "runs.prepare": OFFICE,
    "runs.approve": OFFICE,
    "runs.issue": frozenset({"finance", "boss"}),
    "quarantine.read": OFFICE,
    "quarantine.replay": OFFICE,
    "imports.read": PERSONNEL,
    "imports.write": PERSONNEL,
}


def may_read_all(roles: frozenset[str]) -> bool:
    """Tell whether these roles see everybody's pay, not only their own."""
    return not roles.isdisjoint(OFFICE)
