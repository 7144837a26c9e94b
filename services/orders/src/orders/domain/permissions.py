"""Who may do what with orders, and who sees which."""

from typing import NamedTuple

_EVERYBODY = frozenset({"employee", "lead", "hr", "finance", "boss"})
_SEES_ALL = frozenset({"lead", "hr", "finance", "boss"})
_RECORDS = frozenset({"lead", "finance", "boss"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "orders.read": _EVERYBODY,
    # `service` is a shop's own system, which may report sales but takes no decisions
    "orders.place": _RECORDS | {"service"},
    "orders.advance": _RECORDS | {"service"},
    "orders.assign": _RECORDS,
    "orders.amend": _RECORDS,
    "refunds.read": _EVERYBODY,
    "refunds.execute": _RECORDS,
    "quarantine.read": _RECORDS,
    "quarantine.replay": _RECORDS,
    "imports.read": _RECORDS,
    "imports.write": _RECORDS,
}


class Scope(NamedTuple):
    """Which orders somebody sees: only their own (sold by `own`), only those of some shops (none named: all)."""

    own: str | None
    shops: frozenset[str]


def scope_of(roles: frozenset[str], employee_no: str | None, shops: frozenset[str]) -> Scope:
    """Tell which orders a caller sees; an employee without a number sees none."""
    return Scope(None if roles & _SEES_ALL else employee_no or "", shops)


def covers(scope: Scope, shop: str) -> bool:
    """Tell whether a shop lies within a scope."""
    return not scope.shops or shop in scope.shops
