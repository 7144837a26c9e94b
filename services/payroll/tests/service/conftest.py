"""Payroll of one test: its service on a database of its own, events from others, who works with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest_asyncio
from sqlalchemy import text

from chassis import clock
from chassis.auth import Principal
from chassis.door import Door, new_id
from chassis.inbox import Received, Subscription
from chassis.testing import Client, TestDatabase
from contracts.attendance import EmployeeHired
from contracts.base import EventData, Share
from contracts.orders import OrderCompleted, OrderOperatorAssigned, RefundExecuted
from payroll.consumers import SUBSCRIPTIONS

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shares(**amounts: str) -> tuple[Share, ...]:
    return tuple(Share(employee_no=number, amount=Decimal(amount)) for number, amount in amounts.items())


@dataclass
class Payroll:
    """Requests by somebody, events from elsewhere, and what then lies in the database."""

    http: Client
    db: TestDatabase
    principal: Callable[..., Principal]
    handlers: dict[type[EventData], Any] = field(default_factory=dict)

    def by(self, role: str, employee_no: str | None = None) -> dict[str, str]:
        return self.http.auth_of(self.principal(role, employee_no=employee_no))

    async def get(self, path: str, role: str = "boss", employee_no: str | None = None) -> httpx.Response:
        return await self.http.get(path, headers=self.by(role, employee_no))

    async def post(self, path: str, role: str, body: Any = None) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.by(role))

    async def happened(self, data: EventData, day: date, id: UUID | None = None) -> UUID:
        """Hand one event to the handler that consumes it, in a transaction of its own."""
        event = Received(
            data=data,
            id=id or new_id(),
            type=data.type,
            about=getattr(data, "order_no", ""),
            time=datetime.combine(day, time(12), SHANGHAI).astimezone(UTC),
            business_date=day,
            actor="test",
            correlation_id="test",
            position=1,
        )
        async with self.db.opened.transaction(Door(clock.now(), "test", "test", SHANGHAI)) as session:
            await self.handlers[type(data)](session, [event])
        return event.id

    async def hired(self, number: str, place: str | None = "上海") -> None:
        await self.happened(
            EmployeeHired(
                employee_no=number,
                name=f"人{number}",
                department="电商一部",
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

    async def adopt(self, pack_version: int = 1, in_force_from: str = "2026-01-01", **more: Any) -> dict[str, Any]:
        body = {"pack": "night-shop-5", "pack_version": pack_version, "in_force_from": in_force_from, **more}
        drafted = await self.post("/rulebook/versions", "hr", body)
        assert drafted.status_code == 201, drafted.text
        signed = await self.post(f"/rulebook/versions/{drafted.json()['id']}/sign", "boss")
        assert signed.status_code == 200, signed.text
        return dict(signed.json())

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
