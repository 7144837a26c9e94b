"""What cannot be is refused at the door, with a code and the field that is to blame."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from .house import House, announced, once, pages, reached, said, send, table, until

SHOP = "bad-input"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
COLUMNS = ("shop", "order_no", "placed_at", "paid_at", "completed_at", "sku", "quantity", "unit_price", "seller")
LINES = {"lines": [{"sku": "lamp", "quantity": "1", "unit_price": "10.00"}]}


def _problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["detail"]
    assert body["correlation_id"]
    return body


@pytest.mark.parametrize(
    ("said_wrong", "status", "code", "field"),
    [
        (
            {"lines": [{"sku": "lamp", "quantity": "-1", "unit_price": "10.00"}]},
            422,
            "request-invalid",
            "lines.0.quantity",
        ),
        ({"placed_at": TOMORROW}, 422, "time-in-future", "placed_at"),
        ({"placed_at": YESTERDAY[:19]}, 422, "request-invalid", "placed_at"),
        ({"shop": "north/south"}, 422, "identity-unusable", "shop"),
        ({"shop": "north\u202esouth"}, 422, "request-invalid", "shop"),
        ({"seller": "nobody-we-know"}, 422, "seller-unknown", "seller"),
        ({"completed_at": YESTERDAY, "cancelled_at": YESTERDAY}, 422, "ends-twice", "cancelled_at"),
        ({"colour": "red"}, 422, "request-invalid", "colour"),
    ],
)
def test_an_order_that_cannot_be(house: House, said_wrong: dict[str, Any], status: int, code: str, field: str) -> None:
    order = {"shop": SHOP, "order_no": "wrong", "placed_at": YESTERDAY} | LINES | said_wrong
    found = _problem(house.finance.post("/api/orders/orders", json=order, headers=once()))
    fields = [found.get("field"), *(error["field"] for error in found.get("errors", []))]
    assert (found["status"], found["code"]) == (status, code)
    assert field in fields
    assert house.finance.get(f"/api/orders/orders/{SHOP}/wrong").status_code == 404


def test_a_refund_above_what_was_paid(house: House) -> None:
    order = {"shop": SHOP, "order_no": "paid", "placed_at": YESTERDAY, "paid_at": YESTERDAY} | LINES
    said(house.finance.post("/api/orders/orders", json=order, headers=once()))
    refund = {"shop": SHOP, "order_no": "paid", "refund_no": "more", "amount": "10.01", "executed_at": YESTERDAY}
    address = f"/api/orders/orders/{SHOP}/paid"
    found = _problem(house.finance.post("/api/orders/refunds/executed", json=refund, headers=once()))
    assert (found["status"], found["code"], found["field"]) == (409, "refund-too-large", "amount")
    assert said(house.finance.get(address))["refunded"] == "0.00"


def test_the_same_key_with_another_body(house: House) -> None:
    order = {"shop": SHOP, "order_no": "keyed", "placed_at": YESTERDAY} | LINES
    key = once()
    first = house.finance.post("/api/orders/orders", json=order, headers=key)
    again = house.finance.post("/api/orders/orders", json=order, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    other = _problem(house.finance.post("/api/orders/orders", json=order | {"order_no": "other"}, headers=key))
    assert other["status"] == 422
    assert announced(house, SHOP).count(("keyed", "order.created")) == 1


def test_a_profile_that_cannot_be_used(house: House) -> None:
    files = [("file", ("orders.csv", table(COLUMNS, []), "text/csv"))]
    unknown = house.finance.post("/api/orders/imports", data={"profile": "no-such-shop"}, files=files)
    found = _problem(unknown)
    assert (found["status"], found["code"], found["field"]) == (422, "profile-unusable", "profile")
    assert "qianniu" in found["detail"]  # it names those there are
    wrong = "title: {zh: 订单, en: Orders}\nrecords:\n  - kind: orders\n    fields: {shop: a, colour: b}\n"
    found = _problem(house.finance.post("/api/orders/imports", data={"profile": wrong}, files=files))
    assert (found["status"], found["code"], found["field"]) == (422, "profile-unusable", "profile")
    assert "colour" in found["detail"] or any("colour" in error["field"] for error in found["errors"])


def test_a_file_that_cannot_be_read(house: House) -> None:
    for content in ("店铺,订单号\n旗舰店,1\n".encode("utf-16"), b"\x89PNG\r\n\x1a\n" + bytes(200), b""):
        address = send(house.finance, "orders", {"orders.csv": content}, kind="orders", profile="generic")
        failed = _failed(house, address)
        assert failed["problem"]["zh"]
        assert failed["problem"]["en"]
        again = _problem(house.finance.post(f"{address}/commit"))
        assert (again["status"], again["code"]) == (409, "import-failed")


def _failed(house: House, address: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = said(house.finance.get(address))
        return found if found["state"] in ("failed", "validated") else None

    found: dict[str, Any] = until(f"{address} failed", ended)
    assert found["state"] == "failed"
    return found


def test_wrong_rows_are_refused_and_the_others_taken(house: House) -> None:
    rows = [
        (SHOP, "fine", YESTERDAY, YESTERDAY, "", "lamp", "2", "5.00", ""),
        (SHOP, "minus", YESTERDAY, YESTERDAY, "", "lamp", "-2", "5.00", ""),
        (SHOP, "future", TOMORROW, "", "", "lamp", "1", "5.00", ""),
        (SHOP, "date", "yesterday", "", "", "lamp", "1", "5.00", ""),
        (SHOP, "money", YESTERDAY, "", "", "lamp", "1", "five", ""),
        (SHOP, "stranger", YESTERDAY, "", "", "lamp", "1", "5.00", "nobody-we-know"),
        ("a/b", "slash", YESTERDAY, "", "", "lamp", "1", "5.00", ""),
        ("", "blank", YESTERDAY, "", "", "lamp", "1", "5.00", ""),
    ]
    files = {"orders.csv": table(COLUMNS, rows)}
    address = send(house.finance, "orders", files, kind="orders", profile="generic", commit=True)
    counts = reached(house.finance, address, "committed")["counts"]
    assert {name: counts[name] for name in ("read", "new", "refused")} == {"read": 8, "new": 1, "refused": 7}
    refused = {r["row"]: (r["column"], r["value"]) for r in pages(house.finance, f"{address}/refusals")}
    # a column is told by all the names that the profile knows for it
    assert {row: column.split(" / ")[0] for row, (column, _) in refused.items()} == {
        3: "quantity",
        4: "placed_at",
        5: "placed_at",
        6: "unit_price",
        7: "seller",
        8: "shop",
        9: "shop",
    }
    assert refused[5][1] == "yesterday"
    assert float(refused[3][1]) == -2
    assert ("fine", "order.paid") in announced(house, SHOP)
    assert not {about for about, _ in announced(house, SHOP)} & {row[1] for row in rows[1:]}
