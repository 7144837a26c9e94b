"""Workbooks: what a person sees in the cells, and what a hostile one may not do."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import pytest

from chassis.imports.limits import Limits
from chassis.imports.opening import open_table
from chassis.imports.profile import FileShape
from chassis.imports.reading import Table
from chassis.imports.refusing import FileRefused

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(rows: str, *, extra: bytes = b"") -> bytes:
    """Write the smallest workbook with these rows (`<row>` elements) in its sheet 订单; style 1 is a date."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="订单" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
        if extra:
            packed.writestr("xl/media/image1.bin", extra)
    return out.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


ROWS = (
    f'<row r="3">{text_cell("A3", "订单号")}{text_cell("B3", "时间")}{text_cell("C3", "金额")}</row>'
    '<row r="4"><c r="A4"><v>20240501</v></c><c r="B4" s="1"><v>45413.5</v></c>'
    '<c r="C4"><v>0.30000000000000004</v></c></row>'
    f'<row r="6">{text_cell("A6", "两&#10;行")}<c r="C6"><v>1234567890123456789</v></c></row>'
)


def opened(body: bytes, limits: Limits | None = None, **shape: str | int) -> Table:
    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    return open_table(chunks, FileShape.model_validate(shape), ["订单号"], limits or Limits())


def test_cells_are_read_as_people_see_them_with_their_row_numbers() -> None:
    found = opened(workbook(ROWS), header_row=3)
    assert found.columns == ["订单号", "时间", "金额"]
    assert list(found.rows) == [
        (4, ["20240501", "2024-05-01 12:00:00", "0.3"], None),
        (6, ["两\n行", "", "1.23456789012346e+18"], None),
    ]


def test_a_sheet_is_found_by_name_or_its_absence_told() -> None:
    assert len(list(opened(workbook(ROWS), header_row=3, sheet="订单").rows)) == 2
    with pytest.raises(FileRefused, match="no sheet “Orders”, only: 订单"):
        opened(workbook(ROWS), sheet="Orders")


def test_inflation_is_checked_before_anything_is_parsed() -> None:
    bomb = workbook(ROWS, extra=b"\0" * 30_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(FileRefused, match="unpacks to more than 10000000 bytes"):
        opened(bomb, Limits(sheet_inflated_bytes=10_000_000))


def test_a_sheet_that_claims_the_last_cell_takes_down_only_its_own_process() -> None:
    sparse = f'<row r="1">{text_cell("A1", "订单号")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    with pytest.raises(FileRefused, match="more memory or time than allowed"):
        list(opened(workbook(sparse), Limits(sheet_memory=512 * 1024**2)).rows)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"PK\x03\x04" + b"x" * 100, "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old .xls format"),
        (workbook(ROWS)[:-200], "damaged"),
        (workbook("<row r="), "cannot be read"),
    ],
)
def test_what_is_no_workbook_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        list(opened(body).rows)


def test_a_zip_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("orders.csv", "a,b\n")
    with pytest.raises(FileRefused, match="no spreadsheet"):
        opened(out.getvalue())


def test_a_workbook_larger_than_allowed_is_refused() -> None:
    with pytest.raises(FileRefused, match="larger than 1000 bytes"):
        opened(workbook(ROWS), Limits(sheet_bytes=1000))


def test_the_process_of_a_workbook_imports_little() -> None:
    heavy = "sys.modules.keys() & {'sqlalchemy', 'pydantic', 'fastapi'}"
    asked = f"import sys, chassis.imports.spreadsheet; print(sorted({heavy}))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout == "[]\n"
