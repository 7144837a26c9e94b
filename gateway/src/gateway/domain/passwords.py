"""What a password must be (NIST SP 800-63B section 3.1.1.2: long, not common, no rules of composition)."""

import unicodedata

SHORTEST, LONGEST = 10, 128

# Openings of the passwords that guessing programs try first, with what people add to make them long enough.
_COMMON = frozenset(
    {
        "password",
        "passw0rd",
        "123456",
        "qwerty",
        "letmein",
        "welcome",
        "iloveyou",
        "admin",
        "administrator",
        "1q2w3e",
        "1qaz2wsx",
        "abc123",
        "woaini",
        "5201314",
        "zhanggui",
        "mima",
        "88888888",
        "66666666",
        "asdfgh",
        "zxcvbn",
        "changeme",
        "secret111",
        "aa123456",
        "a123456",
    }
)


def normal(password: str) -> str:
    """Bring a password to the one form in which it is hashed, so that every keyboard means the same characters."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, login: str) -> tuple[str, str] | None:
    """Tell, in English and Chinese, why a password will not do; None where it will."""
    plain = normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        return f"it must have {SHORTEST} to {LONGEST} characters", f"长度须为 {SHORTEST} 至 {LONGEST} 个字符"
    folded = plain.casefold()
    if len(set(folded)) < 5:
        return "it repeats too few different characters", "不同字符太少"
    if len(login) >= 3 and login.casefold() in folded:
        return "it contains the login", "含有登录名"
    if any(folded.startswith(common) and len(folded) - len(common) < 5 for common in _COMMON):
        return "it is among those that are tried first", "属于最常被尝试的密码"
    return None
