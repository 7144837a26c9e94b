"""Who may do what in payroll; whose rows each of them sees is chassis.scope's, with the roles that see everybody."""

from collections.abc import Mapping

SEES_ALL = frozenset({"hr", "finance", "boss", "auditor"})
STAFF = frozenset({"employee", "lead", "keeper"}) | SEES_ALL
OFFICE = frozenset({"hr", "finance", "boss"})
PERSONNEL = frozenset({"hr", "boss"})
DECIDERS = frozenset({"lead", "hr", "boss"})
UNLIMITED = frozenset({"boss"})
"""Who decides above the authority limit (A-004-8.4)."""

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "payslips.read": STAFF,
    "notices.read": STAFF,
    "deductions.read": STAFF,
    "deductions.decide": DECIDERS,
    "deductions.appeal": STAFF - {"auditor"},
    "appeals.read": STAFF,
    "appeals.decide": DECIDERS,
    "authority.read": STAFF,
    "authority.write": UNLIMITED,
    "rulebook.read": STAFF,
    "rulebook.draft": OFFICE,
    "rulebook.sign": OFFICE,
    "terms.read": SEES_ALL,
    "terms.write": PERSONNEL,
    "losses.read": SEES_ALL,
    "losses.record": PERSONNEL,
    "figures.read": SEES_ALL,
    "figures.record": PERSONNEL,
    "runs.read": SEES_ALL,
    "runs.prepare": OFFICE,
    "runs.approve": OFFICE,
    "runs.issue": frozenset({"finance", "boss"}),
    "periods.read": SEES_ALL,
    "periods.close": frozenset({"finance", "boss"}),
    "quarantine.read": SEES_ALL,
    "quarantine.replay": OFFICE,
    "imports.read": PERSONNEL | {"auditor"},
    "imports.write": PERSONNEL,
}
