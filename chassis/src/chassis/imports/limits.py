"""How much one import may take of the machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a stranger's file may make us do; going over one fails the import with its number."""

    inflated_bytes: int = 2 * 1024**3
    """Bytes that a compressed file may become."""
    rows: int = 3_000_000
    """Rows of one file, the header and blank ones among them."""
    line_characters: int = 1024**2
    """Characters until a line ends."""
    sheet_bytes: int = 64 * 1024**2
    """Bytes of a spreadsheet as it was sent: unlike CSV it is read as a whole, in a process of its own."""
    sheet_inflated_bytes: int = 1024**3
    sheet_memory: int = 2 * 1024**3
    """Address space of the process that reads a spreadsheet."""
    sheet_seconds: int = 120
    """Processor time of the process that reads a spreadsheet."""
    refusals: int = 50_000
    """Refused rows after which the profile is taken for the wrong one."""
    record_lines: int = 10_000
    """Rows that may make one record."""
    joined_rows: int = 1_000
    """Rows of a second file that may belong to one row of the first."""


LIMITS = Limits()
