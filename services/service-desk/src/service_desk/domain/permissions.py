"""Who may do what."""

_RECORDS = frozenset({"hr", "boss"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "quarantine.read": _RECORDS,
    "quarantine.replay": _RECORDS,
}
