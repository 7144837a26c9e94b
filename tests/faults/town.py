"""The company on the street: who asks its services for something, and what is set up before the first fault."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from chassis.auth import Principal

from .books import BASE, BLAMED, BOSS, FINANCE, HOUSE, HR, KEEPER, PLENTY, SERVICES_OF_PEOPLE, SOLD, STORED, Act, Books
from .street import Street, looked_up

STUBBORN = 120.0
"""Seconds for which one request is asked again before the run is given up."""

PASSING = (429, 500, 502, 503)
LEARNT = {"orders": "employees", "service_desk": "employees", "inventory": "colleagues", "payroll": "directory"}


@dataclass
class Caller:
    """Asks again until it is answered; each request has a key of its own, so that it happens once."""

    made: Street
    http: httpx.AsyncClient
    troubles: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    tokens: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)

    async def send(
        self, service: str, path: str, body: dict[str, Any] | None, key: str, *, by: str = BOSS, method: str = "POST"
    ) -> Any:
        """Send one request until it succeeds. Raises AssertionError when it is refused."""
        address, deadline = f"{self.made.address(f'{service}-api')}{path}", time.monotonic() + STUBBORN
        while True:
            said = ""
            try:
                headers = {"Authorization": f"Bearer {self.token(service, by)}", "Idempotency-Key": key}
                answer = await self.http.request(method, address, json=body, headers=headers)
                if answer.is_success:
                    return answer.json()
                said = f"{answer.status_code} {service}"
                if answer.status_code == 500:  # a dependency that is down is 503: this one is worth a look
                    self.surprises.append(f"500 {method} {service}{path}: {self._logged(service)}")
                passing = answer.status_code in PASSING or answer.json().get("code") == "request-in-flight"
                assert passing, f"{method} {service}{path}: {answer.status_code} {answer.text}"
            except httpx.TransportError as error:
                said = f"{type(error).__name__} {service}"
            self.troubles[said] += 1
            assert time.monotonic() < deadline, f"{method} {service}{path}: {said} for {STUBBORN} s"
            await asyncio.sleep(0.05)

    def token(self, service: str, by: str) -> str:
        """Sign somebody in at a service; a token serves for half of its minute."""
        known = self.tokens.get((service, by))
        if known is None or time.monotonic() - known[0] > 30:
            role = {HR: "hr", FINANCE: "finance"}.get(by, "boss")
            token = self.made.keys.token(Principal(by, by, frozenset({role})), service)
            known = self.tokens[service, by] = (time.monotonic(), token)
        return known[1]

    def _logged(self, service: str) -> str:
        lines = (self.made.folder / f"{service}-api.log").read_text(errors="replace").splitlines()
        return next((line[-1500:] for line in reversed(lines) if '"exception"' in line), "nothing in its log")

    async def act(self, act: Act) -> None:
        """Do what an act consists of, one request after another."""
        known: dict[str, Any] = {}
        for place, call in enumerate(act.calls):
            path = call.path.format(**known)
            known |= await self.send(call.service, path, call.body, f"{act.number}-{place}")


async def furnish(caller: Caller, books: Books) -> None:
    """Hire everybody, agree their pay, adopt the rules, fill the shelves; wait until every service knows the people."""
    month = books.month.isoformat()
    people = [
        {"employee_no": who, "name": who, "department": "faults", "post": "any", "hire_date": "2020-01-01"}
        for who in books.people
    ]
    await _all(caller, "attendance", "/employees", people)
    hours = [{"starts": "08:30", "ends": "17:30"}]
    await caller.send("attendance", "/shift-templates", {"code": "day", "name": "day", "segments": hours}, "shift")
    for pack in ("night-shop-5", "ecommerce-department"):
        draft = {"pack": pack, "pack_version": 1, "in_force_from": month}
        version = await caller.send("payroll", "/rulebook/versions", draft, pack, by=HR)
        await caller.send("payroll", f"/rulebook/versions/{version['id']}/sign", None, f"sign {pack}")
    for service in SERVICES_OF_PEOPLE:
        while (await looked_up(caller.made, service, f"SELECT count(*) FROM {LEARNT[service]}")) != len(people):
            await asyncio.sleep(0.1)
    house = {"warehouse": HOUSE, "title": HOUSE, "keeper": KEEPER, "keeper_from": month}
    await caller.send("inventory", "/warehouses", house, "house")
    things = [
        {"sku": sku, "title": sku, "unit_cost": "10.00", "valid_from": month} for sku in (*SOLD, *STORED, "counted")
    ]
    await _all(caller, "inventory", "/skus", things)
    setting = {"name": "ships_from", "scope": "faults", "value": HOUSE, "valid_from": month}
    await caller.send("inventory", "/settings", setting, "ships from")
    lines = [{"sku": sku, "quantity": str(PLENTY)} for sku in SOLD]
    first = {"warehouse": HOUSE, "document_no": "first", "lines": lines, "at": books.at(1, 1).isoformat()}
    await caller.send("inventory", "/receipts", first, "first")
    for who in books.people:
        pack = "ecommerce-department" if who in BLAMED else "night-shop-5"
        terms = {"valid_from": month, "base_salary": str(BASE), "scheme": pack, "work_place": "guangzhou"}
        by = BOSS if who != BOSS else HR
        await caller.send("payroll", f"/terms/{who}", terms, f"terms {who}", by=by, method="PUT")


async def _all(caller: Caller, service: str, path: str, bodies: Sequence[dict[str, Any]]) -> None:
    for place, body in enumerate(bodies):
        await caller.send(service, path, body, f"{path} {place}")


async def pay(caller: Caller, books: Books) -> None:
    """Prepare, approve and issue the month, as three people."""
    period = f"{books.month:%Y-%m}"
    run = await caller.send("payroll", "/runs", {"period": period}, "prepare", by=HR)
    assert run["problems"] == 0, run
    await caller.send("payroll", f"/runs/{run['id']}/approve", None, "approve")
    await caller.send("payroll", f"/runs/{run['id']}/issue", None, "issue", by=FINANCE)
