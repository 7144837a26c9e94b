"""Who may do what with orders, and who sees all of them; row scope is chassis.scope's."""

SEES_ALL = frozenset({"hr", "finance", "boss", "auditor"})

_STAFF = frozenset({"employee", "keeper", "lead", "hr", "finance", "boss"})
_READS = _STAFF | {"auditor"}
_RECORDS = frozenset({"lead", "finance", "boss"})
_LOOKS_AFTER = frozenset({"lead", "hr", "finance", "boss", "auditor"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "orders.read": _READS,
    "orders.count_untagged": _LOOKS_AFTER,
    # `service` is a shop's own system, which may report sales but takes no decisions
    "orders.place": _RECORDS | {"service"},
    "orders.advance": _RECORDS | {"service"},
    "orders.assign": _RECORDS,
    "orders.amend": _RECORDS,
    "orders.chase": _RECORDS | {"employee", "service"},
    "refunds.read": _READS,
    "refunds.request": _RECORDS | {"employee", "service"},
    # whoever works here may try; the gate stops everybody but the holder of the shop's seat, and records it
    "refunds.execute": _STAFF,
    # what a shop's platform has paid back already
    "refunds.record": frozenset({"finance", "boss", "service"}),
    "settings.read": _LOOKS_AFTER,
    "settings.write": frozenset({"hr", "boss"}),
    "seals.read": SEES_ALL | {"service"},
    "seals.seal": frozenset({"hr", "finance", "boss", "service"}),
    "quarantine.read": _RECORDS | {"auditor"},
    "quarantine.replay": _RECORDS,
    "imports.read": _RECORDS | {"auditor"},
    "imports.write": _RECORDS,
}
