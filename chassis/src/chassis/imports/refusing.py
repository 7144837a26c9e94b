"""Why something is refused; light, since the process that reads a spreadsheet imports it at every start."""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why something was refused, and how to mend it, in both languages."""

    zh: str
    en: str


class FileRefused(Exception):
    """The file as a whole cannot be read; the reason says how to mend it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Reason(zh, en)
