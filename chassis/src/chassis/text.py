"""Texts as they are kept: one normal form, nothing invisible that changes what is read."""

import unicodedata

_LAYOUT = frozenset("\n\r\t")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def readable(text: str) -> str:
    """Bring `text` to NFC without blanks around it. Raises ValueError for control and direction characters."""
    text = text.strip()
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text)
    for character in text:
        if character in _BIDI or (unicodedata.category(character) in ("Cc", "Cs") and character not in _LAYOUT):
            raise ValueError(
                f"contains the character U+{ord(character):04X}, which may not stand here (含有不可见的控制字符)"
            )
    return text
