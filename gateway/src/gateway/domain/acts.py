"""What the audit calls the things that happen."""

SIGNED_IN = "session.opened"
REFUSED = "session.refused"
ENDED = "session.ended"
REPLAYED = "session.replayed"  # a spent refresh token came again: it was stolen, or the answer to it was lost
CREATED = "account.created"
CHANGED = "account.changed"
DISABLED = "account.disabled"
ENABLED = "account.enabled"
LEFT = "account.left"  # disabled because its person left
PASSWORD_SET = "account.password_set"
