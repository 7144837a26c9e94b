"""Bytes into rows: encodings, delimiters, quotes, bad bytes, bounds."""

import csv
import gzip
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.imports.limits import Limits
from chassis.imports.reading import OpenChunks, Shape, Table, find_encoding, inflated, read_table
from chassis.imports.refusing import FileRefused

TEXT = "订单号,备注\r\n1,急件\r\n2,普通\r\n"


def opened(body: bytes, size: int = 7) -> OpenChunks:
    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    return chunks


def table(body: bytes, limits: Limits | None = None, **shape: str | int) -> Table:
    return read_table(opened(body), Shape(**shape), ["订单号"], limits or Limits())  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_are_told_apart(encoding: str, packed: bool) -> None:
    body = TEXT.encode(encoding)
    found = table(gzip.compress(body) if packed else body)
    assert found.columns == ["订单号", "备注"]
    assert list(found.rows) == [(2, ["1", "急件"], None), (3, ["2", "普通"], None)]


def test_the_whole_file_decides_between_utf8_and_gb18030() -> None:
    ascii_start = b"a,b\n" + b"1,x\n" * 5000
    assert find_encoding([ascii_start, "2,中文\n".encode()]) == "utf-8"
    assert find_encoding([ascii_start, "2,中文\n".encode("gb18030")]) == "gb18030"
    assert find_encoding([ascii_start]) == "utf-8"


def test_a_profile_may_name_the_encoding() -> None:
    assert list(table("订单号;b\n1;é\n".encode("cp1252", "replace"), encoding="cp1252").rows) == [(2, ["1", "é"], None)]
    with pytest.raises(FileRefused, match="no encoding called klingon"):
        table(TEXT.encode(), encoding="klingon")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_broken_byte_refuses_its_row_only(encoding: str) -> None:
    rows = [f"{n},急件普通加急\n".encode(encoding) for n in range(50)]
    rows[20] = b"20,\xff\xfe\n"
    found = list(table("订单号,备注\n".encode(encoding) + b"".join(rows)).rows)
    assert [number for number, _, flaw in found if flaw] == [22]
    assert len(found) == 50


def test_nul_refuses_its_row_only() -> None:
    found = list(table("订单号,备注\n1,a\x00b\n2,c\n".encode()).rows)
    assert [(number, flaw is not None) for number, _, flaw in found] == [(2, True), (3, False)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_under_which_the_columns_are_found(delimiter: str) -> None:
    body = delimiter.join(["订单号", "x, y; z"]) + "\n" + delimiter.join(["1", "2"]) + "\n"
    assert list(table(body.encode()).rows) == [(2, ["1", "2"], None)]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    body = '导出时间 2024\n订单号,备注\n1,"两\n行"\n\n,,\n3,c\n'
    found = table(body.encode(), header_row=2)
    assert [(number, cells) for number, cells, _ in found.rows] == [
        (3, ["1", "两\n行"]),
        (6, ["3", "c"]),
    ]


def test_old_and_mixed_line_ends() -> None:
    assert [c for _, c, _ in table("订单号\r1\r2\r".encode()).rows] == [["1"], ["2"]]
    assert [c for _, c, _ in table("订单号\r\n1\n2".encode()).rows] == [["1"], ["2"]]


def test_quotes_that_do_not_match_refuse_their_row() -> None:
    found = list(table('订单号,b\n1,"x"y\n2,z\n'.encode()).rows)
    assert [(number, flaw is not None) for number, _, flaw in found] == [(2, True), (3, False)]


def test_a_quote_never_closed_fails_the_file_and_names_the_row() -> None:
    with pytest.raises(FileRefused, match="In row 3 a quote"):
        list(table(b'a,b\n1,x\n2,"y\n' + b"3,z\n" * 10).rows)
    with pytest.raises(FileRefused, match="In row 3 a quote"):
        list(table(b'a,b\n1,x\n2,"y\n' + b"3,z\n" * 100_000).rows)


@pytest.mark.parametrize("body", [b"", b"\n1,2\n", b"\n"])
def test_a_file_without_a_header_says_so(body: bytes) -> None:
    with pytest.raises(FileRefused, match="Row 1 should name the columns"):
        table(body)


def test_bounds_on_rows_lines_and_inflation() -> None:
    with pytest.raises(FileRefused, match="More than 10 rows"):
        list(table("订单号\n".encode() + b"1\n" * 20, Limits(rows=10)).rows)
    with pytest.raises(FileRefused, match="longer than 100 characters"):
        list(table("订单号\n".encode() + b"1" * 200, Limits(line_characters=100)).rows)
    bomb = gzip.compress(b"0" * 50_000_000)
    with pytest.raises(FileRefused, match="More than 1000000 bytes"):
        list(inflated(opened(bomb, 65536)(), 1_000_000))


def test_packed_files_of_several_members_and_broken_ones() -> None:
    whole = gzip.compress(b"ab") + gzip.compress(b"cd")
    assert b"".join(inflated(opened(whole, 3)(), 100)) == b"abcd"
    with pytest.raises(FileRefused, match="cut off"):
        list(inflated([whole[:-3]], 100))
    with pytest.raises(FileRefused, match="damaged"):
        list(inflated([b"\x1f\x8b\x08" + b"x" * 40], 100))


CELL = st.text(st.characters(codec="gb18030", exclude_characters="\x00\r\u061c\u200e\u200f"), max_size=8)


@settings(max_examples=60)
@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8-sig", "gb18030"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    size=st.integers(1, 40),
)
def test_whatever_is_written_is_read(rows: list[list[str]], encoding: str, delimiter: str, size: int) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["订单号", "备注"], *rows])
    named = "utf-8" if encoding == "utf-8-sig" else encoding
    shape = Shape(encoding=named)
    found = read_table(opened(out.getvalue().encode(encoding), size), shape, ["订单号", "备注"])
    assert [cells for _, cells, flaw in found.rows if flaw is None] == [row for row in rows if any(row)]
