"""Texts as the directory keeps them: one normal form, nothing invisible that changes what is read."""

import unicodedata

from attendance.domain.errors import NumberCannotBeAddressed, TextIsBlank, TextIsTooLong, TextMisleads

LONGEST = 100
LONGEST_NUMBER = 64
# Cc control, Cf format (bidi controls and zero-width characters among them), Cs lone surrogates;
# private use (Co) stays: rare characters of names were put there before Unicode had them
INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
RESERVED = frozenset("/\\?#%")  # they end or split the part of an address in which a number stands


def clean(text: str, field: str, *, longest: int = LONGEST) -> str:
    """Bring `text` to NFC with single blanks between words.

    Raises TextMisleads, TextIsBlank, TextIsTooLong, each naming `field`.
    """
    cleaned = unicodedata.normalize("NFC", " ".join(text.split()))
    for character in cleaned:
        if unicodedata.category(character) in INVISIBLE:
            raise TextMisleads(field=field, character=f"U+{ord(character):04X}")
    if not cleaned:
        raise TextIsBlank(field=field)
    if len(cleaned) > longest:
        raise TextIsTooLong(field=field, longest=longest)
    return cleaned


def clean_number(number: str, field: str) -> str:
    """Bring an employee number to NFC; it must be able to stand in an address as it is.

    Raises NumberCannotBeAddressed beside what `clean` raises.
    """
    cleaned = clean(number, field, longest=LONGEST_NUMBER)
    if " " in cleaned or not RESERVED.isdisjoint(cleaned) or not cleaned.strip("."):
        raise NumberCannotBeAddressed(field=field, number=cleaned)
    return cleaned
