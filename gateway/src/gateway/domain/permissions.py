"""Who may do what with accounts."""

from collections.abc import Iterable

ROLES = frozenset({"employee", "lead", "hr", "finance", "boss", "keeper", "auditor"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "account.own": ROLES,
    "accounts.read": frozenset({"hr", "boss", "auditor"}),
    "accounts.manage": frozenset({"hr", "boss"}),
    "audit.read": frozenset({"boss", "auditor"}),
}

# Whoever manages an account can sign in as it, so hr manages none that sees or decides what is not hr's business.
_BELOW_HR = frozenset({"employee", "lead", "keeper"})
# What an account of these roles sees is narrow without any department named: its person's own, or their team's.
NARROW = frozenset({"employee", "lead"})


def may_manage(managing: Iterable[str], managed: Iterable[str]) -> bool:
    """Tell whether an account with the roles `managing` may create or change one with the roles `managed`."""
    return "boss" in managing or ("hr" in managing and _BELOW_HR.issuperset(managed))


def audits_and_acts(roles: Iterable[str]) -> bool:
    """Tell whether roles join the auditor's, who sees everything, with one that decides about others."""
    return "auditor" in roles and not {"auditor", "employee"}.issuperset(roles)
