"""What people say stays out of the logs: bodies, passwords, tokens and questions, also of requests that are refused."""

import secrets

import httpx

from tests.journeys.house import House, once, said, send, table, until


def test_bodies_passwords_and_tokens_are_not_in_any_log(house: House) -> None:
    marks = {name: f"mark{secrets.token_hex(8)}" for name in ("remark", "refused", "broken", "file", "query", "word")}
    line = {"sku": "S-1", "unit_price": "10.00"}
    order = {"shop": "logs", "order_no": "log-1", "placed_at": "2022-03-01T10:00:00+08:00", "lines": [line]}
    said(house.boss.post("/api/orders/orders", json=order | {"remark": marks["remark"]}, headers=once()))
    differs = order | {"remark": marks["refused"], "lines": [line | {"unit_price": "11.00"}]}
    assert house.boss.post("/api/orders/orders", json=differs, headers=once()).status_code == 409
    wrong = order | {"order_no": "log-2", "placed_at": marks["broken"]}
    assert house.boss.post("/api/orders/orders", json=wrong, headers=once()).status_code == 422
    rows = [("logs", "log-3", marks["file"], "S-1", "1", marks["file"])]
    content = table(("shop", "order_no", "placed_at", "sku", "quantity", "unit_price"), rows)
    address = send(house.finance, "orders", {"orders.csv": content}, kind="orders", profile="generic", commit=False)
    until("validated", lambda: said(house.finance.get(address))["state"] == "validated")
    assert house.boss.get("/api/orders/orders", params={"operator": marks["query"]}).status_code == 200
    form = {"username": "boss", "password": marks["word"]}
    assert httpx.post(f"{house.stack.gateway}/auth/token", data=form, timeout=60).status_code in (400, 401)

    public = str(house.boss.auth.token)  # type: ignore[union-attr]
    logs = sorted((house.stack.home / "logs").glob("*.log"))
    assert {"gateway-api.log", "orders-api.log", "orders-worker.log", "postgres.log"} <= {log.name for log in logs}
    texts = {log.name: log.read_text(encoding="utf-8", errors="replace") for log in logs}
    for log, text in texts.items():
        for name, secret in {**marks, "token": public}.items():
            assert secret not in text, f"{log} tells the {name}"
