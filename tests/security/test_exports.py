"""A downloaded file runs nothing in a spreadsheet, and a printed page nothing in a browser."""

import csv
import json
from pathlib import Path

from chassis.imports.routes import harmless
from tests.journeys.house import House, reached, send, table

OPENAPI = Path(__file__).parents[2] / "contracts" / "openapi"
SERVICES = ("attendance", "inventory", "orders", "payroll", "service_desk")
BEGINS = ("=", "+", "-", "@", "\t", "\r")
ATTACKS = ("=HYPERLINK(A1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd|x", "@SUM(1+1)*cmd", "\t=1+1", "\r=1+1", "＝1+1")


def test_every_file_that_can_be_downloaded_is_known_here() -> None:
    """Whoever adds an export has to say here how its text cells are kept from running."""
    files = set()
    for service in SERVICES:
        document = json.loads((OPENAPI / f"{service}.json").read_text(encoding="utf-8"))
        for path, operations in document["paths"].items():
            for operation in operations.values():
                kinds = {kind for answer in operation["responses"].values() for kind in answer.get("content", {})}
                files |= {(service, path, kind) for kind in kinds - {"application/json", "application/problem+json"}}
    refusals = {(service, "/imports/{import_id}/refusals.csv", "text/csv") for service in SERVICES}
    assert files == refusals | {("payroll", "/periods/{period}/certificate.html", "text/html")}


def test_cells_that_would_run_are_text_and_numbers_stay_numbers() -> None:
    for attack in ATTACKS:
        assert harmless(attack) == f"'{attack}"
    for number in ("-5.00", "+12", "-1,234.50", "-3%", "0", "-0.5"):
        assert harmless(number) == number
    for text in ("", "5-3", "电商一部", "A001", "a=b"):
        assert harmless(text) == text


def test_refused_rows_are_downloaded_without_formulas(house: House) -> None:
    rows = [("exports", f"{attack}{n}", attack, "S-1", "1", "-5.00") for n, attack in enumerate(ATTACKS)]
    content = table(("shop", "order_no", "placed_at", "sku", "quantity", "unit_price"), rows)
    address = send(house.boss, "orders", {"=1+1.csv": content}, kind="orders", profile="generic")
    reached(house.boss, address, "validated")
    answer = house.boss.get(f"{address}/refusals.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines(keepends=True)))
    cells = [cell for line in lines[1:] for cell in line]
    assert len(lines) > len(ATTACKS), "the rows were refused"
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert "'=1+1.csv" in cells, "the name of a file too"
    assert not [cell for cell in cells if cell.startswith(BEGINS) and cell != "-5.00"]
