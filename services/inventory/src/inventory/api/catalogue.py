"""Warehouses, things and settings over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from chassis.auth import Principal
from chassis.door import door_of
from chassis.pagination import Page, Paged, cut
from chassis.problems import Refusal
from chassis.web import Now, Reading, Session, allowed
from inventory.api.scope import check_identity, reading_door
from inventory.commands.furnish import name_keeper, record_warehouse, set_value
from inventory.commands.record_things import Thing, record_things
from inventory.queries import things
from inventory.schemas.asked import KeeperAsked, SettingAsked, SkuAsked, WarehouseAsked
from inventory.schemas.said import Recorded, SettingsSaid, SkuSaid, WarehouseSaid

router = APIRouter(tags=["catalogue"])

Reader = Annotated[Principal, allowed("stock.read")]
Furnisher = Annotated[Principal, allowed("warehouses.write")]
Describer = Annotated[Principal, allowed("catalogue.write")]
SettingsReader = Annotated[Principal, allowed("settings.read")]
SettingsWriter = Annotated[Principal, allowed("settings.write")]


@router.post("/warehouses", status_code=201, response_model=Recorded)
async def add_warehouse(*, session: Session, by: Furnisher, now: Now, response: Response, body: WarehouseAsked) -> Any:
    """Record a warehouse with its first keeper. 200 when the same is recorded already, 409 when something else is."""
    check_identity(body.warehouse, field="warehouse")
    begins = body.keeper_from or door_of(session).business_date(now)
    new = await record_warehouse(session, body.warehouse, title=body.title, keeper=body.keeper, keeper_from=begins)
    response.status_code = 201 if new else 200
    return {"result": "new" if new else "same"}


@router.get("/warehouses", response_model=list[WarehouseSaid])
async def list_warehouses(session: Reading, by: Reader, now: Now, request: Request) -> Any:
    """List warehouses with their keepers."""
    return await things.warehouses(session, reading_door(request, by, now).business_date(now))


@router.post("/warehouses/{warehouse}/keepers", status_code=201, response_model=Recorded)
async def add_keeper(session: Session, by: Furnisher, warehouse: str, body: KeeperAsked) -> Any:
    """Name who keeps a warehouse from a day on."""
    await name_keeper(session, warehouse, body.employee_no, body.valid_from)
    return {"result": "new"}


@router.post("/skus", status_code=201, response_model=Recorded)
async def describe_sku(*, session: Session, by: Describer, now: Now, response: Response, body: SkuAsked) -> Any:
    """Record a thing, or give a known one another title or cost from a day on. 200 unless it is new.

    A loss is paid at cost, so nobody who keeps a warehouse changes one.
    """
    begins = body.valid_from or door_of(session).business_date(now)
    thing = Thing(body.sku, body.title, body.unit_cost, begins)
    [became] = await record_things(session, [thing], actor=by.employee_no)
    if isinstance(became, Refusal):
        raise became
    response.status_code = 201 if became == "new" else 200
    return {"result": became}


@router.get("/skus", response_model=Paged[SkuSaid])
async def list_skus(
    *,
    session: Reading,
    by: Reader,
    now: Now,
    request: Request,
    page: Page,
    sku: Annotated[str | None, Query(max_length=64)] = None,
) -> Any:
    """List things with what one costs today."""
    day = reading_door(request, by, now).business_date(now)
    items, following = cut(await things.things_page(session, page, day, sku=sku), page, key=lambda row: (row.sku,))
    return {"items": [row._mapping for row in items], "next": following}


@router.get("/settings", response_model=SettingsSaid)
async def list_settings(session: Reading, by: SettingsReader) -> Any:
    """List what was set from which day on, and what holds where nothing was."""
    rows = await things.settings(session)
    return {"set": [row._mapping for row in rows], "shipped": things.shipped_settings()}


@router.post("/settings", status_code=201, response_model=Recorded)
async def set_setting(session: Session, by: SettingsWriter, body: SettingAsked) -> Any:
    """Set something from a day on; earlier days keep what held then."""
    await set_value(session, body.name, scope=body.scope, value=body.value, valid_from=body.valid_from)
    return {"result": "new"}
