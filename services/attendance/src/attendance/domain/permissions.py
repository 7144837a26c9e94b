"""Who may do what with people and their time."""

from collections.abc import Set

EVERYBODY = frozenset({"employee", "lead", "hr", "finance", "boss", "keeper", "auditor"})
ACTING = EVERYBODY - {"auditor"}  # an auditor reads everything and writes nothing
WRITERS = frozenset({"hr", "boss"})
LEADERS = frozenset({"lead", "hr", "boss"})

SEES_DIRECTORY = frozenset({"lead", "hr", "finance", "boss", "auditor"})
"""Who sees the entry of everybody: a lead must be able to name people of other teams."""
SEES_ALL = frozenset({"hr", "finance", "boss", "auditor", "service"})
"""Who sees the time of everybody (a service: the gateway of punch clocks); a lead sees their team and the departments
of the account, others themselves."""
PUNCHES_FOR_OTHERS = frozenset({"hr", "boss", "service"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "employees.read": EVERYBODY,
    "employees.write": WRITERS,
    "shifts.read": EVERYBODY,
    "shifts.write": WRITERS,
    "roster.read": EVERYBODY,
    "roster.write": LEADERS,
    "punches.read": EVERYBODY,
    "punches.write": ACTING | {"service"},
    "days.read": EVERYBODY,
    "corrections.read": EVERYBODY,
    "corrections.write": ACTING,
    "corrections.decide": LEADERS,
    "leaves.read": EVERYBODY,
    "leaves.write": ACTING,
    "leaves.decide": LEADERS,
    "settings.read": EVERYBODY,
    "settings.write": frozenset({"boss"}),
    "seals.read": frozenset({"hr", "finance", "boss", "auditor", "service"}),
    "seals.seal": frozenset({"hr", "finance", "boss", "service"}),
    "imports.read": WRITERS,
    "imports.write": WRITERS,
}


def acts_for_others(roles: Set[str]) -> bool:
    """Tell whether somebody with `roles` may ask for leave and corrections of others; who may not, for themselves."""
    return not LEADERS.isdisjoint(roles)


def punches_for_others(roles: Set[str]) -> bool:
    """Tell whether somebody with `roles` hands punches in as they were; who may not, punches for themselves, now."""
    return not PUNCHES_FOR_OTHERS.isdisjoint(roles)
