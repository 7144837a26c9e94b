"""Payroll of one test: its service on a database of its own, events from others, who works with it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest_asyncio
from sqlalchemy import text

from chassis import clock
from chassis.auth import Principal
from chassis.database import raw
from chassis.door import Door, new_id
from chassis.inbox import Received, Subscription
from chassis.testing import Client, TestDatabase
from contracts.attendance import EmployeeHired
from contracts.base import EventData, Party, Share
from contracts.orders import OrderCompleted, OrderOperatorAssigned, RefundExecuted
from contracts.service_desk import ReviewNegative, ReviewRevised
from payroll.commands.stir import stir_from
from payroll.consumers import SUBSCRIPTIONS
from payroll.settings import Settings
from payroll.worker import look

SHANGHAI = ZoneInfo("Asia/Shanghai")
SMALL_SHOP = Path(__file__).with_name("small-shop.yaml")
COPY = "INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, $1)"
# by what was adopted one after the other: what the last adoption answered, and the rows it wrote
ADOPTED: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, str]]] = {}


def shares(**amounts: str) -> tuple[Share, ...]:
    return tuple(Share(employee_no=number, amount=Decimal(amount)) for number, amount in amounts.items())


@dataclass
class Payroll:
    """Requests by somebody, events from elsewhere, and what then lies in the database."""

    http: Client
    db: TestDatabase
    principal: Callable[..., Principal]
    handlers: dict[type[EventData], Any] = field(default_factory=dict)
    adopted: list[str] = field(default_factory=list)

    def by(self, role: str, employee_no: str | None = None) -> dict[str, str]:
        return self.http.auth_of(self.principal(role, employee_no=employee_no))

    async def get(self, path: str, role: str = "boss", employee_no: str | None = None) -> httpx.Response:
        return await self.http.get(path, headers=self.by(role, employee_no))

    async def post(
        self, path: str, role: str, body: Any = None, employee_no: str | None = None, **scope: Any
    ) -> httpx.Response:
        headers = self.http.auth_of(self.principal(role, employee_no=employee_no, **scope))
        return await self.http.post(path, json=body, headers=headers)

    async def assessed(self) -> None:
        """Let the worker's job look at everybody who waits."""
        while await look(self.db.opened, Settings(database_url=self.db.url)):
            pass

    async def deductions(self, role: str = "hr", employee_no: str | None = None, **asked: str) -> list[dict[str, Any]]:
        answer = await self.http.get("/deductions", params=asked, headers=self.by(role, employee_no))
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def announced(self) -> list[dict[str, Any]]:
        """Read the outbox: type and data of every event that payroll announced, in order."""
        bodies = [json.loads(bytes(row["body"])) for row in await self.rows("SELECT body FROM outbox ORDER BY id")]
        return [{"type": body["type"], **body["data"]} for body in bodies]

    async def happened(self, data: EventData, day: date, id: UUID | None = None) -> UUID:
        """Hand one event to the handler that consumes it, in a transaction of its own."""
        event = Received(
            data=data,
            id=id or new_id(),
            type=data.type,
            about=str(getattr(data, "order_no", None) or getattr(data, "review_no", "")),
            time=datetime.combine(day, time(12), SHANGHAI).astimezone(UTC),
            business_date=day,
            actor="test",
            correlation_id="test",
            position=1,
        )
        async with self.db.opened.transaction(Door(clock.now(), "test", "test", SHANGHAI)) as session:
            await self.handlers[type(data)](session, [event])
        return event.id

    async def hired(
        self, number: str, place: str | None = "上海", department: str = "电商一部", manager_no: str | None = None
    ) -> None:
        await self.happened(
            EmployeeHired(
                employee_no=number,
                name=f"人{number}",
                department=department,
                manager_no=manager_no,
                post="客服",
                hire_date=date(2020, 1, 1),
                work_place=place,
            ),
            date(2020, 1, 1),
        )

    async def sold(self, day: date, order_no: str = "1", **amounts: str) -> UUID:
        total = sum((Decimal(amount) for amount in amounts.values()), Decimal(0))
        data = OrderCompleted(shop="店", order_no=order_no, net_amount=total, shares=shares(**amounts))
        return await self.happened(data, day)

    async def refunded(self, day: date, sale: UUID | None, basis: Any = "live", **amounts: str) -> UUID:
        total = sum((Decimal(amount) for amount in amounts.values()), Decimal(0))
        data = RefundExecuted(
            shop="店",
            order_no="1",
            refund_no=str(new_id()),
            amount=total,
            shares=shares(**amounts),
            completed_event_id=sale,
            basis=basis,
        )
        return await self.happened(data, day)

    async def assigned(self, day: date, sale: UUID | None, before: dict[str, str], after: dict[str, str]) -> UUID:
        data = OrderOperatorAssigned(
            shop="店",
            order_no="1",
            parties=(),
            shares=shares(**after),
            previous_shares=shares(**before),
            completed_event_id=sale,
        )
        return await self.happened(data, day)

    async def reviewed(self, day: date, *numbers: str, review_no: str = "R1") -> UUID:
        """A buyer wrote a bad review for which these people are responsible."""
        parties = tuple(Party(employee_no=number) for number in numbers)
        data = ReviewNegative(review_no=review_no, shop="店", score=1, parties=parties)
        return await self.happened(data, day)

    async def revised(self, day: date, review: UUID, of: date, *numbers: str, review_no: str = "R1") -> UUID:
        """The buyer turned the bad review into a good one."""
        data = ReviewRevised(
            review_no=review_no,
            shop="店",
            previous_grade="negative",
            grade="positive",
            parties=tuple(Party(employee_no=number) for number in numbers),
            revokes=review,
            revoked_business_date=of,
            reason="买家改评",
        )
        return await self.happened(data, day)

    async def adopt_small_shop(self, in_force_from: str = "2026-01-01") -> None:
        """Put a small regulation of the tests' own in force: what each clause takes is plain to see."""
        await self.adopt(1, in_force_from, pack="small-shop", content=SMALL_SHOP.read_text("utf-8"))

    async def adopt(self, pack_version: int = 1, in_force_from: str = "2026-01-01", **more: Any) -> dict[str, Any]:
        """Have a version drafted and signed; what tests before this one adopted alike is copied, row by row."""
        body = {"pack": "night-shop-5", "pack_version": pack_version, "in_force_from": in_force_from} | more
        self.adopted.append(json.dumps(body))
        known = ADOPTED.get(tuple(self.adopted))
        if known is None:
            drafted = await self.post("/rulebook/versions", "hr", body)
            assert drafted.status_code == 201, drafted.text
            signed = await self.post(f"/rulebook/versions/{drafted.json()['id']}/sign", "boss")
            assert signed.status_code == 200, signed.text
            known = ADOPTED[tuple(self.adopted)] = dict(signed.json()), await self._made(signed.json()["id"])
        else:
            async with self.db.opened.transaction(Door(clock.now(), "test", "test", SHANGHAI)) as session:
                for table, row in known[1].items():
                    await (await raw(session)).execute(COPY.format(table), row)
                await stir_from(session, date.fromisoformat(in_force_from))
        return known[0]

    async def _made(self, version: str) -> dict[str, str]:
        """Read what an adoption wrote: by table, its row as JSON."""
        keys = {"rulebook_versions": "id", "rulebook_signatures": "version_id"}
        query = "SELECT to_jsonb(t)::text AS row FROM {} t WHERE {} = '{}'"
        return {t: (await self.rows(query.format(t, key, version)))[0]["row"] for t, key in keys.items()}

    async def agree(self, number: str, base: str, valid_from: str = "2020-01-01", **more: Any) -> httpx.Response:
        body = {"valid_from": valid_from, "base_salary": base, **more}
        return await self.http.put(f"/terms/{number}", json=body, headers=self.by("hr"))

    async def run(self, period: str) -> dict[str, Any]:
        made = await self.post("/runs", "hr", {"period": period})
        assert made.status_code == 201, made.text
        return dict(made.json())

    async def issue(self, period: str) -> dict[str, Any]:
        made = await self.run(period)
        approved = await self.post(f"/runs/{made['id']}/approve", "finance")
        assert approved.status_code == 200, approved.text
        issued = await self.post(f"/runs/{made['id']}/issue", "boss")
        assert issued.status_code == 200, issued.text
        return dict(issued.json())

    async def payslip(self, period: str, number: str) -> dict[str, Any]:
        answer = await self.get(f"/payslips/{period}/{number}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def running(self, period: str, number: str) -> dict[str, Any]:
        answer = await self.get(f"/running/{number}?period={period}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.db.opened.reading() as session:
            return [dict(row) for row in (await session.execute(text(query))).mappings()]


@pytest_asyncio.fixture
async def payroll(database: Any, client: Any, principal: Any) -> Payroll:
    db = await database("payroll")
    subscribed: tuple[Subscription, ...] = SUBSCRIPTIONS
    handlers = {data: handler for s in subscribed for data, handler in s.handlers.items()}
    return Payroll(await client("payroll", db), db, principal, handlers)
