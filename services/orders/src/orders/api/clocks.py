"""Deadlines of orders over HTTP, and the follow-ups that keep one of them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from chassis.auth import Principal
from chassis.idempotency import Once
from chassis.pagination import Page, Paged, cut
from chassis.web import Now, Reading, Session, allowed
from orders.api.scope import SeenBy, order_within
from orders.commands.chase import record_chase
from orders.domain.clocks import Clock
from orders.domain.errors import ChaseOfSomebodyElse, PersonUnnamed
from orders.queries.clocks import clocks_page
from orders.schemas.asked import ChaseAsked
from orders.schemas.said import Chased, ClockSaid

router = APIRouter(tags=["clocks"])

Reader = Annotated[Principal, allowed("orders.read")]
Chaser = Annotated[Principal, allowed("orders.chase")]
RECORDS_OTHERS = frozenset({"lead", "finance", "boss", "service"})


@router.get("/clocks", response_model=Paged[ClockSaid])
async def list_clocks(
    *,
    session: Reading,
    by: Reader,
    seen: SeenBy,
    now: Now,
    page: Page,
    shop: Annotated[str | None, Query(max_length=64)] = None,
    clock: Clock | None = None,
    state: Annotated[
        Literal["running", "reminded", "met", "missed"] | None,
        Query(description="reminded: running, and past the time at which a dispatch is to be remembered"),
    ] = None,
) -> Any:
    """List deadlines, the earliest first: unpaid orders to be followed up, paid ones to be sent off. An order whose
    outcome was known when it was reported, and in time, has none."""
    rows = await clocks_page(session, seen, page, shop=shop, clock=clock, state=state, now=now)
    items, following = cut(rows, page, key=lambda row: (row.due_at.isoformat(), str(row.order_id), row.clock))
    return {"items": [row._mapping for row in items], "next": following}


@router.post("/orders/{shop}/{order_no}/chases", status_code=201, response_model=Chased)
async def chase(
    *,
    session: Session,
    by: Chaser,
    seen: SeenBy,
    once: Once,
    now: Now,
    response: Response,
    shop: str,
    order_no: str,
    body: ChaseAsked,
) -> Any:
    """Record that somebody reminded the buyer of an unpaid order. 200 when that is recorded already."""
    who = body.employee_no or by.employee_no
    if who is None:
        raise PersonUnnamed(field="employee_no")
    if who != by.employee_no and by.roles.isdisjoint(RECORDS_OTHERS):
        raise ChaseOfSomebodyElse(field="employee_no")
    # whoever is on duty follows up what nobody has sold yet
    await order_within(session, by, seen, shop, order_no, nobodys=True)

    async def act() -> Any:
        new = await record_chase(session, shop, order_no, chased_by=who, at=body.at or now, note=body.note)
        response.status_code = 201 if new else 200
        result = "new" if new else "same"
        return {"result": result, "shop": shop, "order_no": order_no, "employee_no": who}

    return await once(session, by, act)
