"""Columns that are values become rows."""

import pytest

from chassis.imports.limits import Limits
from chassis.imports.profile import Unpivot, read_profile
from chassis.imports.reading import Row, Table
from chassis.imports.refusing import FileRefused
from chassis.imports.unpivoting import unpivoted

PROFILE = """
title: {zh: 宽表, en: Wide}
unpivot: {columns: '^\\d+月$', name: month, value: amount}
records: [{kind: books, fields: {title: title}}]
"""


def told() -> Unpivot:
    found = read_profile(PROFILE).unpivot
    assert found is not None
    return found


def wide(*rows: Row) -> Table:
    return Table(["name", "1月", "remark", "2月"], iter(rows))


def test_each_matching_column_makes_a_row_beside_the_others() -> None:
    table = unpivoted(wide((2, ["a", "10", "x", "20"], None), (3, ["b", "", "y", "40"], None)), told(), Limits())
    assert table.columns == ["name", "remark", "month", "amount"]
    assert [(number, cells) for number, cells, _ in table.rows] == [
        (2, ["a", "x", "1月", "10"]),
        (2, ["a", "x", "2月", "20"]),
        (3, ["b", "y", "1月", ""]),
        (3, ["b", "y", "2月", "40"]),
    ]


def test_a_row_of_another_width_is_one_refused_row() -> None:
    [(number, cells, flaw)] = unpivoted(wide((2, ["a", "10"], None)), told(), Limits()).rows
    assert (number, len(cells)) == (2, 4)
    assert flaw is not None
    assert "2" in flaw.en and "4" in flaw.en


def test_a_file_without_such_columns_and_one_that_grows_too_much() -> None:
    with pytest.raises(FileRefused, match="No column"):
        unpivoted(Table(["name", "remark"], iter(())), told(), Limits())
    with pytest.raises(FileRefused, match="More than 3 rows"):
        list(unpivoted(wide((2, [""] * 4, None), (3, [""] * 4, None)), told(), Limits(rows=3)).rows)
