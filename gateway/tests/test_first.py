async def test_first(street):
    s = await street()
    v = await s.signed_in("employee", employee_no="A1")
    got = await v.get("/api/orders/orders/1?x=1")
    print(got, got.headers, got.text)
    print(s.orders.seen)
    got = await v.post("/api/orders/orders", json={"a": 1})
    print(got.text, s.orders.seen[-1])
    for p in (
        "/auth/me",
        "/docs",
        "/docs/openapi.json",
        "/metrics",
        "/healthz",
        "/docs/docs.js",
        "/api/nope/x",
        "/api/orders/../payroll/x",
        "/api/orders/%2e%2e/x",
    ):
        got = await v.get(p)
        print(p, got.status_code, got.headers["content-type"], got.text[:200])
    assert 0
