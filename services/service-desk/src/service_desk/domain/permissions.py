"""Who may do what, and who sees everybody's rows."""

SEES_ALL = frozenset({"hr", "finance", "boss", "auditor"})

_EVERYBODY = frozenset({"employee", "lead"}) | SEES_ALL
_DECIDES = frozenset({"lead", "boss"})
# `service` is a shop's own system, which reports what happened but takes no decisions
_REPORTS = _DECIDES | {"service"}

PERMISSIONS: dict[str, frozenset[str]] = {
    "chats.read": _EVERYBODY,
    "chats.record": _REPORTS,
    "reviews.read": _EVERYBODY,
    "reviews.record": _REPORTS,
    "reviews.answer": _REPORTS | {"employee"},
    "reviews.decide": _DECIDES,
    "settings.read": _DECIDES | SEES_ALL,
    "settings.write": _DECIDES,
    "quarantine.read": _DECIDES | SEES_ALL,
    "quarantine.replay": _DECIDES,
    "seals.read": SEES_ALL | {"service"},
    "seals.seal": frozenset({"hr", "finance", "boss", "service"}),
    "imports.read": _DECIDES | SEES_ALL,
    "imports.write": _DECIDES,
}
