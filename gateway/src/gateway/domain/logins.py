"""Names to sign in with."""

import hashlib
import unicodedata

LONGEST = 64


def normal(login: str) -> str:
    """Bring a login to the one form in which it is kept and compared."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def is_login(login: str) -> bool:
    """Tell whether a normal login may be given to an account: letters, digits and `.`, `_`, `-`, `@`."""
    return 0 < len(login) <= LONGEST and login[0].isalnum() and all(c.isalnum() or c in "._-@" for c in login)


def pseudonym(login: str) -> str:
    """Name an unknown login in the audit: people type their password there by mistake, so it is not written down."""
    return "?" + hashlib.sha256(login.encode()).hexdigest()[:24]
