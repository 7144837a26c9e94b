"""Who may do what with the staff directory."""

from collections.abc import Set

EVERYBODY = frozenset({"employee", "lead", "hr", "finance", "boss"})
WRITERS = frozenset({"hr", "boss"})
READERS_OF_ALL = frozenset({"lead", "hr", "finance", "boss"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "employees.read": EVERYBODY,
    "employees.write": WRITERS,
    "imports.read": WRITERS,
    "imports.write": WRITERS,
}


def may_read_all(roles: Set[str]) -> bool:
    """Tell whether somebody with `roles` sees the whole directory; everybody else sees their own entry."""
    return not READERS_OF_ALL.isdisjoint(roles)
