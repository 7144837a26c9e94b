"""Who may do what with accounts."""

from collections.abc import Iterable

ROLES = frozenset({"employee", "lead", "hr", "finance", "boss"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "account.own": ROLES,
    "accounts.manage": frozenset({"hr", "boss"}),
    "audit.read": frozenset({"boss"}),
}

# Whoever manages an account can sign in as it, so hr manages only accounts that may less than hr.
_BELOW_HR = frozenset({"employee", "lead"})


def may_manage(managing: Iterable[str], managed: Iterable[str]) -> bool:
    """Tell whether an account with the roles `managing` may create or change one with the roles `managed`."""
    return "boss" in managing or ("hr" in managing and _BELOW_HR.issuperset(managed))
