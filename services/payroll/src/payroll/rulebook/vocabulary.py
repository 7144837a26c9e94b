"""What kind of words formulas may use; the words themselves are in `words`."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from payroll.domain.text import Text
from payroll.rulebook.units import Kind


@dataclass(frozen=True, slots=True)
class Word:
    """Something a formula can name: its kind, how readers call it, and the unit in which facts bring it.

    `scale` is that unit in the base of the kind: minutes are a duration of scale 60.
    """

    kind: Kind
    title: Text
    scale: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class EventWords:
    """An event type and the fields that its facts bring."""

    title: Text
    fields: Mapping[str, Word]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one rulebook; a service that reports new facts adds its events here."""

    events: Mapping[str, EventWords]
    terms: Mapping[str, Word]
