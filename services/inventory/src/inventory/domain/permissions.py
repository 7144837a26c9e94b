"""Who may do what in the warehouse, who sees all of it, and from whom a count is kept blind."""

from collections.abc import Set

from inventory.domain.errors import NotACounter

_SEES = frozenset({"lead", "keeper", "hr", "finance", "boss", "auditor"})
_EVERYBODY = _SEES | {"employee"}
_WORKS = frozenset({"keeper", "boss"})
_DECIDES = frozenset({"lead", "hr", "boss"})
_RUNS = frozenset({"keeper", "lead", "boss"})
_HANDS_IN = frozenset({"lead", "boss"})

SEES_ALL = frozenset({"keeper", "hr", "finance", "boss", "auditor"})
"""Roles that see every stocktake; a lead sees those of the lead's people, an employee their own."""

PERMISSIONS: dict[str, frozenset[str]] = {
    "stock.read": _SEES,
    "stock.write": _WORKS,
    # a correction explains a loss away, so it is not the keeper's
    "stock.correct": frozenset({"lead", "boss"}),
    "catalogue.write": frozenset({"keeper", "lead", "finance", "boss"}),
    "warehouses.write": frozenset({"hr", "boss"}),
    "returns.write": _WORKS,
    "stocktakes.read": _EVERYBODY,
    "stocktakes.run": _RUNS,
    "stocktakes.count": _RUNS | {"employee"},
    "stocktakes.decide": _DECIDES,
    "mismatches.read": _EVERYBODY,
    "settings.read": _SEES,
    "settings.write": frozenset({"hr", "boss"}),
    "quarantine.read": frozenset({"hr", "boss"}),
    "quarantine.replay": frozenset({"hr", "boss"}),
    "seals.read": SEES_ALL | {"service"},
    "seals.seal": frozenset({"hr", "finance", "boss", "service"}),
    "imports.read": _RUNS,
    "imports.write": _RUNS,
}

SEES_EXPECTED = frozenset({"lead", "hr", "finance", "boss", "auditor"})
"""Roles that may know, while a stocktake is open, what the ledger expects."""


def counts_blind(roles: Set[str]) -> bool:
    """Tell whether somebody with these roles must not see what is expected while a stocktake is open.

    A keeper counts, so a keeper with another role as well counts blind all the same.
    """
    return "keeper" in roles or roles.isdisjoint(SEES_EXPECTED)


def check_counter(counted_by: str | None, handed_in_by: str | None, roles: Set[str], *, counts_here: bool) -> None:
    """Refuse a count by somebody who may know what is expected; sheets of others are handed in by lead or boss only.

    `counts_here`: who hands it in keeps the warehouse or is named as a counter, and has been kept blind. Another keeper
    is kept blind as well; none may hand in the second count of their own. Raises NotACounter.
    """
    if counted_by is None:
        raise NotACounter(field="counted_by")
    allowed = counts_here or "keeper" in roles if counted_by == handed_in_by else not roles.isdisjoint(_HANDS_IN)
    if not allowed:
        raise NotACounter(field="counted_by")
