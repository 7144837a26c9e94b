"""Tables as files."""

import csv
import io
from collections.abc import Sequence


def as_csv(rows: Sequence[dict[str, str]]) -> bytes:
    """Write rows as a CSV file with a BOM, as spreadsheets do; columns are those of the first row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
