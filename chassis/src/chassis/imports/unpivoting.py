"""Columns that are values into rows: a column a day becomes a row a day."""

from collections.abc import Iterator, Sequence

from chassis.imports.columns import search
from chassis.imports.limits import Limits
from chassis.imports.patterns import compile_pattern
from chassis.imports.profile import Unpivot
from chassis.imports.reading import Row, Table
from chassis.imports.refusing import FileRefused, Reason


def unpivoted(table: Table, told: Unpivot, limits: Limits) -> Table:
    """Make a row of each cell below a matching column, beside the cells of the columns that do not match.

    The rows keep the number of the row they come from. Raises FileRefused when no column matches, and while the rows
    are read when they become more than a file may have.
    """
    pattern = compile_pattern(told.columns)
    places = [place for place, name in enumerate(table.columns) if search(pattern, name) is not None]
    if not places:
        raise FileRefused(
            f"没有列名符合 unpivot 的 {told.columns}。", f"No column is called as unpivot says: {told.columns}."
        )
    kept = [place for place in range(len(table.columns)) if place not in set(places)]
    names = [table.columns[place] for place in kept]
    return Table([*names, told.name, told.value], _rows(table, kept, places, limits.rows))


def _rows(table: Table, kept: Sequence[int], places: Sequence[int], most: int) -> Iterator[Row]:
    made = 0
    for number, cells, flaw in table.rows:
        if len(cells) != len(table.columns):
            # as one row with all of its text below the values, so that no skip rule takes it for an empty cell
            fixed = (cells + [""] * len(kept))[: len(kept)]
            yield number, [*fixed, "", " ".join(cells)], flaw or _wrong_width(len(cells), len(table.columns))
            continue
        made += len(places)
        if made > most:
            raise FileRefused(
                f"展开后超过 {most} 行。请拆分文件。", f"More than {most} rows unpivoted. Split the file."
            )
        fixed = [cells[place] for place in kept]
        for place in places:
            yield number, [*fixed, table.columns[place], cells[place]], flaw


def _wrong_width(found: int, width: int) -> Reason:
    return Reason(
        f"该行有 {found} 格，而列名有 {width} 个：无法判断各格属于哪一列。",
        f"The row has {found} cells for {width} columns: nobody can tell which column each belongs to.",
    )
