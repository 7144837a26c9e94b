"""Cells into values, rows into records: the pure heart, without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.imports.kinds import Amount, Choice, Day, Instant, Integer, Kind, Outcome, Record, Text
from chassis.imports.layouts import RecordRefused, layouts_of
from chassis.imports.mapping import Joined, compile_plan
from chassis.imports.profile import ProfileRefused, read_profile
from chassis.imports.reading import Shape, Table, read_table
from chassis.imports.refusing import FileRefused
from chassis.imports.sources import Told

COMPANY = ZoneInfo("Asia/Shanghai")


async def untouched(session: Any, records: Sequence[Record], **_: Any) -> Sequence[Outcome]:
    raise AssertionError("mapping asks no service")


SALES = Kind(
    "sales",
    {
        "no": Text(20, required=True),
        "at": Instant(),
        "day": Day(),
        "total": Amount(2, least=Decimal(0)),
        "balance": Amount(2),
        "pieces": Integer(least=0),
        "state": Choice(("open", "done")),
        "who": Text(10),
    },
    ("no",),
    untouched,
    untouched,
    {"line_no": Integer(), "what": Text(20, required=True), "price": Amount(4)},
)


def read(text: str) -> Table:
    return read_table(lambda: iter([text.encode()]), Shape())


def mapped(
    fields: str,
    body: str,
    *,
    more: str = "",
    top: str = "",
    parameters: dict[str, str] | None = None,
    joined: tuple[str, dict[str, list[Joined]]] | None = None,
) -> tuple[list[Record], dict[tuple[int, str], str]]:
    """Map a file; returns the records, and the refusals by row and column."""
    text = (
        f"title: {{zh: 销售, en: Sales}}\n{top}\nrecords:\n  - kind: sales\n    fields: {{no: no, {fields}}}\n{more}\n"
    )
    profile = read_profile(text)
    layouts = layouts_of(profile, [SALES])
    table = read(body)
    tables = [table] if joined is None else [table, read(joined[0])]
    plan = compile_plan(profile, layouts, tables, Told(profile, parameters or {}, COMPANY))
    batch = plan.map_rows(table.rows, [] if joined is None else [joined[1]])
    refused = {(r.row, r.column): r.reason.en for r in batch.refusals}
    assert all(r.reason.zh for r in batch.refusals)
    records = []
    for _, parts in groupby(sorted(batch.parts, key=lambda p: (p.key, p.row)), key=lambda p: p.key):
        own = list(parts)
        try:
            records.append(layouts[0].record(own, "file"))
        except RecordRefused as why:
            if not why.told:
                refused[own[0].row, why.column] = str(why)
    return records, refused


def one(field: str, source: str, cell: str, top: str = "") -> Any:
    """Map one cell to one field: its value, or the reason why not."""
    quoted = cell.replace('"', '""')
    records, refused = mapped(f"{field}: {source}", f'no,c\n1,"{quoted}"\n', top=top)
    return records[0].fields[field] if records else refused[2, "c"]


@pytest.mark.parametrize(
    ("source", "cell", "value"),
    [
        ("c", "1234.5", "1234.50"),
        ("c", " ¥ 1234.50 元", "1234.50"),
        ("c", "￥－12", "-12.00"),
        ("c", "-$0.10", "-0.10"),
        ("c", '="12.30"', "12.30"),
        ('{column: c, thousands: ","}', "1,234,567.8", "1234567.80"),
        ('{column: c, decimal: ",", thousands: "."}', "1.234,50", "1234.50"),
        ('{column: c, decimal: ","}', "0,5", "0.50"),
        ("{column: c, round: yes}", "1.005", "1.01"),
        ("{column: c, round: yes}", "1.00499999999999999999", "1.00"),
        ("{column: c, negate: yes}", "-5", "5.00"),
        ("{column: c, default: '7'}", "", "7.00"),
        ("{column: c, values: {free: '0'}, otherwise: '9'}", "paid", "9.00"),
        ("{constant: '3'}", "ignored", "3.00"),
    ],
)
def test_numbers_as_files_write_them(source: str, cell: str, value: str) -> None:
    assert str(one("balance", source, cell)) == value


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("1,234", "thousands separators"),
        ("1.2.3", "no number"),
        ("12a", "no number"),
        ("1e5", "no number"),
        ("NaN", "no number"),
        ("--1", "no number"),
        ("9" * 70, "no number"),
        ("1.234", "More than 2 decimals"),
        ("1000000000000", "Too large"),
        ("-1", "Below the least"),
    ],
)
def test_numbers_that_could_be_mistaken_are_refused(cell: str, says: str) -> None:
    assert says in one("total", "c", cell)


@given(st.decimals(min_value=0, max_value=10**11, places=2))
def test_every_amount_survives(amount: Decimal) -> None:
    grouped = f"{amount:,.2f}".replace(",", "X").replace(".", ",").replace("X", ".")
    assert one("total", '{column: c, decimal: ",", thousands: "."}', grouped) == amount


def test_whole_numbers() -> None:
    assert one("pieces", "c", "6.0") == 6
    assert "whole number" in one("pieces", "c", "6.5")
    assert "Below the least" in one("pieces", "c", "-1")
    assert "Above the most" in one("pieces", "c", "99999999999")


@pytest.mark.parametrize(
    ("source", "cell", "utc"),
    [
        ("c", "2024-05-01 08:30:00", "2024-05-01T00:30:00"),
        ("c", "2024-05-01T08:30:00+02:00", "2024-05-01T06:30:00"),
        ("c", "2024-05-01", "2024-04-30T16:00:00"),
        ("{column: c, zone: UTC}", "2024-05-01 08:30", "2024-05-01T08:30:00"),
        ('{column: c, dates: "%d/%m/%Y %H:%M"}', "1/5/2024 8:30", "2024-05-01T00:30:00"),
        ('{column: c, dates: ["%Y/%m/%d", "%Y/%m/%d %H:%M:%S"]}', "2024/05/01 08:30:00", "2024-05-01T00:30:00"),
        ('{column: c, dates: "%a %b %d %H:%M:%S %z %Y"}', "Tue Oct 31 22:10:47 +0000 2017", "2017-10-31T22:10:47"),
        # clocks put back: 01:30 happened twice, the first is meant (still summer time, UTC+1)
        ("{column: c, zone: Europe/London}", "2024-10-27 01:30:00", "2024-10-27T00:30:00"),
        # clocks put forward: 02:30 never happened; a clock that nobody put forward showed it at 01:30 UTC
        ("{column: c, zone: Europe/Berlin}", "2024-03-31 02:30:00", "2024-03-31T01:30:00"),
        # a day that began at one o'clock
        ("{column: c, zone: America/Sao_Paulo}", "2017-10-15 00:00:00", "2017-10-15T03:00:00"),
    ],
)
def test_moments(source: str, cell: str, utc: str) -> None:
    assert one("at", source, cell) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_days_and_what_is_no_date() -> None:
    assert one("day", '{column: c, dates: "%d.%m.%Y"}', "3.4.2024") == date(2024, 4, 3)
    assert "no date in the form ISO 8601" in one("at", "c", "01/02/2024")
    assert "no date in the form %d/%m/%Y" in one("at", '{column: c, dates: "%d/%m/%Y"}', "31/02/2024")
    assert "between 1900 and 2200" in one("at", "c", "0001-01-01 00:00:00")
    assert "no date" in one("at", "c", "2024-13-01")


def test_text_is_normalised_and_tricks_are_refused() -> None:
    assert one("who", "c", " Ame\u0301lie ") == "Am\u00e9lie"
    assert "bidirectional" in one("who", "c", "a\u202eb")
    assert "Longer than 10" in one("who", "c", "x" * 11)
    assert one("who", "c", "") is None


def test_a_number_that_a_spreadsheet_spoiled_is_refused_as_a_key() -> None:
    records, refused = mapped("who: c", 'no,c\n1.23457E+18,x\n="123456789012345678",y\n')
    assert [r.key for r in records] == ["123456789012345678"]
    assert "lost digits" in refused[2, "no"]


def test_words_are_mapped_whatever_their_width() -> None:
    source = "{column: c, values: {'已付款,待发货': open, 完成: done}}"
    assert one("state", source, "已付款，待发货") == "open"
    assert "Not under values" in one("state", source, "other")
    assert "map it under values" in one("state", "c", "完成")


def test_columns_are_found_by_what_people_mean() -> None:
    records, _ = mapped("who: '收货人（新）'", "NO ,收货人(新) \n1,x\n")
    assert records[0].fields["who"] == "x"


def test_the_first_of_several_columns_that_is_not_empty() -> None:
    records, _ = mapped("who: [absent, a, b]", "no,a,b\n1,x,y\n2, ,y\n")
    assert [r.fields["who"] for r in records] == ["x", "y"]
    with pytest.raises(FileRefused, match=r"has no column “x / y”\. It has: no, a"):
        mapped("who: [x, y]", "no,a\n1,2\n")
    assert mapped("who: {column: x, optional: yes}", "no,a\n1,2\n")[0][0].fields["who"] is None
    with pytest.raises(FileRefused, match="“a” stands in the file twice"):
        mapped("who: a", "no,a,A\n1,2,3\n")


def test_patterns_make_columns() -> None:
    top = "extract:\n  - {column: c, pattern: '(?:工号|客服)\\s*(?P<agent>[A-Z]?\\d+)'}"
    records, _ = mapped("who: agent", "no,c\n1,客服 A012 好\n2,无\n", top=top)
    assert [r.fields["who"] for r in records] == ["A012", None]
    records, refused = mapped("who: agent", f"no,c\n1,{'x' * 2000}\n", top=top)
    assert "1000 characters that a pattern may search" in refused[2, ""]
    with pytest.raises(ProfileRefused, match=r"line \d, extract.0.pattern: the pattern \(a\+\)\+ cannot be used"):
        mapped("who: c", "no,c\n1,x\n", top="extract: [{column: c, pattern: '(a+)+'}]")
    with pytest.raises(FileRefused, match=r"It has: no, c\.$"):  # what a pattern adds is no column of the file
        mapped("who: x", "no,c\n1,x\n", top=top)


def test_rows_are_skipped_by_rule() -> None:
    top = "skip: [{column: c, equals: [作废]}, {column: no, empty: yes}, {column: c, matches: '^合计'}]"
    records, refused = mapped("who: c", "no,c\n1,a\n2,作废\n,b\n3,合计 5\n", top=top)
    assert ([r.key for r in records], refused) == (["1"], {})


LINES = "    lines: {line_no: {number: yes}, what: what, price: {column: price, default: '0'}}"


def test_rows_of_one_record_meet_wherever_they_stand() -> None:
    body = "no,what,price,at,n\n1,a,1.5,,2\n2,b,,,1\n1,c,2,2024-05-01,3\n"
    records, _ = mapped("at: at, pieces: {column: n, across: sum}, who: {column: what, across: last}", body, more=LINES)
    assert [[line["line_no"], line["what"], str(line["price"])] for line in records[0].lines] == [
        [1, "a", "1.5000"],
        [2, "c", "2.0000"],
    ]
    assert records[0].row == 2
    assert records[0].fields["pieces"] == 5
    assert records[0].fields["who"] == "c"
    assert records[0].fields["at"] == datetime(2024, 4, 30, 16, tzinfo=UTC)
    assert records[0].fields["day"] is None


def test_sums_are_judged_when_they_are_complete() -> None:
    records, refused = mapped("total: {column: t, across: sum}", "no,t\n1,5\n2,1\n1,-2\n2,-3\n", more="    group: yes")
    assert {r.key: str(r.fields["total"]) for r in records} == {"1": "3.00"}
    assert "In all it is below" in refused[3, "t"]


def test_products_less_a_column() -> None:
    records, refused = mapped("total: {factors: [n, p], less: paid}", "no,n,p,paid\n1,3,9.99,29.50\n2,,9,1\n")
    assert str(records[0].fields["total"]) == "0.47"
    assert "multiplied is empty" in refused[3, "n / p"]


def test_a_refused_row_spoils_its_record_and_everything_wrong_is_told() -> None:
    body = "no,what,price,t\n1,a,x,y\n1,b,1,1\n2,,1,1\n3,c\n4,d,1,1\n"
    records, refused = mapped("total: t", body, more=LINES)
    assert [r.key for r in records] == ["4"]
    assert set(refused) == {(2, "price"), (2, "t"), (2, ""), (4, "what"), (5, "")}
    assert "2 cells for 4 columns" in refused[5, ""]


def test_double_keys_must_agree_where_rows_are_records() -> None:
    records, refused = mapped("who: c", "no,c\n1,a\n2,b\n1,a\n2,x\n")
    assert [r.key for r in records] == ["1"]
    assert "Rows 3 and 5 have the same key and differ" in refused[3, ""]


def test_a_joined_file_one_row_each() -> None:
    top = "join:\n  people: {file: p.csv, on: {agent: id}, unmatched: ignore}"
    there: dict[str, list[Joined]] = {
        "7": [(2, ["7", "Li"])],
        "8": [(3, ["8", "Wu"]), (4, ["8", "Xu"])],
        "9": [(5, None)],
    }
    body = "no,agent\n1,7\n2,8\n3,9\n4,6\n"
    records, refused = mapped("who: people.name", body, top=top, joined=("id,name\n", there))
    assert {r.key: r.fields["who"] for r in records} == {"1": "Li", "4": None}
    assert "Several rows of p.csv (3, 4)" in refused[3, ""]
    assert "Row 5 of p.csv" in refused[4, ""]


def test_a_wrong_cell_of_a_joined_file_is_told_by_its_own_row() -> None:
    top = "join:\n  items: {file: i.csv, on: {no: no}, rows: many}"
    there: dict[str, list[Joined]] = {"1": [(2, ["1", "a", "5"]), (9, ["1", "b", "many"])]}
    more = "    lines: {what: items.what, price: items.price}"
    _, refused = mapped("who: {constant: x}", "no\n1\n", top=top, more=more, joined=("no,what,price\n", there))
    assert "no number" in refused[9, "items.price"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("title: {zh: a, en: b}\nrecords:\n  - kind: sales\n    fields: {no: {colum: x}}\n", 4, "not permitted"),
        (
            "title: {zh: a, en: b}\nrecords:\n  - kind: sales\n    fields: {no: {column: x, constant: y}}\n",
            4,
            "exactly one of",
        ),
        ("title: &t {zh: a, en: b}\nrecords: *t\n", 2, "Aliases"),
        ("title: 1\ntitle: 2\n", 2, "double"),
        ("a: [b\n", 2, "not valid YAML"),
        ("- a\n", 1, "mapping of keys"),
        ("[" * 60_000, 1, "deep"),
        ("x" * 70_000, 1, "longer than"),
    ],
)
def test_a_profile_that_is_wrong_says_where(text: str, line: int, says: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        read_profile(text)
    assert refused.value.errors[0]["line"] == line
    assert says in refused.value.errors[0]["en"]


def test_scalars_of_a_profile_are_text() -> None:
    text = "title: {zh: on, en: 1.10}\nrecords: [{kind: sales, fields: {no: {constant: 24:00}, who: {constant: no}}}]\n"
    profile = read_profile(text)
    assert (profile.title.zh, profile.title.en) == ("on", "1.10")
    assert profile.records[0].fields["no"].constant == "24:00"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("at: {column: c, zone: Mars/Base}", "no time zone Mars/Base"),
        ("at: {column: c, dates: '%Q'}", "%Q is no date format"),
        ("who: {column: c, negate: yes}", "negate is for numbers"),
        ("who: {column: c, across: sum}", "across: sum is for numbers"),
        ("total: {constant: abc}", "Field total: This is no number"),
        ("who: {parameter: shop}", "Send the parameter shop"),
        ("total: {column: c, decimal: ',', thousands: ','}", "cannot be the same"),
        ("size: c", "no field size; it has: no, at"),
    ],
)
def test_a_profile_that_does_not_fit_says_why(fields: str, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        mapped(fields, "no,c\n1,2\n")


def test_a_field_under_a_condition() -> None:
    fields = "day: {column: d, when: [{column: s, equals: [done, over]}]}"
    records, _ = mapped(fields, "no,d,s\n1,2024-05-01,done\n2,2024-05-01,open\n")
    assert [r.fields["day"] for r in records] == [date(2024, 5, 1), None]


def test_a_join_cannot_multiply_without_bound() -> None:
    top = "join:\n  items: {file: i.csv, on: {c: no}, rows: many}"
    there: dict[str, list[Joined]] = {"x": [(n, ["x", "saw"]) for n in range(1000)]}
    body = "no,c\n" + "".join(f"{n},x\n" for n in range(300))
    with pytest.raises(FileRefused, match="belong to too many rows"):
        mapped("who: {constant: a}", body, top=top, joined=("no,what\n", there))
    with pytest.raises(FileRefused, match="Only one join"):
        mapped("who: c", "no,c\n", top=f"{top}\n  more: {{file: m.csv, on: {{c: no}}, rows: many}}")
