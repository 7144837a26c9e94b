"""What is wrong with a pack: where, what, and how to mend it.

RulebookRefused
├── PackUnreadable      not the YAML a pack is made of: line, key
└── ClauseRefused       one clause: its id, the formula's line and column, the remedy
"""

from payroll.domain.text import Text


class RulebookRefused(Exception):
    """A pack, a clause or a formula may not be used as it stands."""

    def __init__(self, where: str, what: Text, remedy: Text) -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        super().__init__(f"{where}: {what.en}; {remedy.en}")


class PackUnreadable(RulebookRefused):
    """The text is not a pack."""

    def __init__(self, line: int, what: Text, remedy: Text) -> None:
        super().__init__(f"line {line}", what, remedy)
        self.line = line


class ClauseRefused(RulebookRefused):
    """A clause cannot be used; `line` counts in the pack file, `column` in the formula."""

    def __init__(
        self, clause: str, key: str, what: Text, remedy: Text, *, line: int | None = None, column: int | None = None
    ) -> None:
        place = "".join([f", line {line}" if line else "", f", column {column}" if column else ""])
        super().__init__(f"{clause}.{key}{place}", what, remedy)
        self.clause = clause
        self.key = key
        self.line = line
        self.column = column


class FormulaRefused(Exception):
    """A formula cannot be used; becomes ClauseRefused where the clause is known. `line` and `column` count from 1."""

    def __init__(self, what: Text, remedy: Text, line: int = 1, column: int = 1) -> None:
        self.what = what
        self.remedy = remedy
        self.line = line
        self.column = column
        super().__init__(f"line {line}, column {column}: {what.en}; {remedy.en}")
