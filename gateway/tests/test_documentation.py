"""The documentation of everything behind the gateway."""

import json

from starlette.types import Receive, Scope, Send

from .conftest import Streets, reply


async def test_the_documentation_is_merged_and_needs_no_internet(street: Streets) -> None:
    town = await street(upstreams="{}")

    async def described(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["path"] == "/openapi.json"
        await reply(send, 200, json.dumps({"info": {"title": "订单"}, "paths": {"/orders": {"get": {}}}}).encode())

    town.orders.answering = described
    upstreams = {"orders": f"http://127.0.0.1:{town.orders_port}", "payroll": "http://127.0.0.1:9"}
    town = await street(upstreams=json.dumps(upstreams))
    visitor = await town.visitor()
    page = await visitor.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for name in ("docs.js", "docs.css"):
        assert f"/docs/{name}" in page.text
        asset = await visitor.get(f"/docs/{name}")
        assert asset.status_code == 200
        assert "://" not in asset.text
    assert "://" not in page.text
    assert (await visitor.get("/docs/docs.html")).status_code == 404
    document = (await visitor.get("/docs/openapi.json")).json()
    assert "/api/orders/orders" in document["paths"]
    assert "/auth/token" in document["paths"]
    assert document["x-not-answering"] == ["payroll"]
