"""Lists of what lies where, what moved, what orders wait for, and what came back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, null, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.pagination import PageRequest
from chassis.scope import Scope, of_shops
from inventory.models import LevelRow, MoveRow, OrderGoodsRow, ReturnRow, SkuRow, UnknownSkuRow
from inventory.queries.scope import kept_blind

Rows = Sequence[Any]
"""Rows with the names of their columns as attributes; one more than asked for tells that there is a next page."""


async def levels_page(
    session: AsyncSession,
    page: PageRequest,
    *,
    blind: bool,
    own: str | None,
    warehouse: str | None = None,
    sku: str | None = None,
    depleted: bool = False,
) -> Rows:
    """List what lies in warehouses; quantities stay hidden where a stocktake is open that the caller counts in."""
    level = LevelRow
    hidden = kept_blind(level.warehouse, blind=blind, own=own)

    def shown(column: Any) -> Any:
        return case((hidden, null()), else_=column)

    available = level.on_hand - level.reserved
    query = (
        select(
            level.warehouse,
            level.sku,
            SkuRow.title,
            shown(level.on_hand).label("on_hand"),
            shown(level.reserved).label("reserved"),
            shown(available).label("available"),
        )
        .join(SkuRow, SkuRow.sku == level.sku)
        .order_by(level.warehouse, level.sku)
        .limit(page.limit + 1)
    )
    if warehouse is not None:
        query = query.where(level.warehouse == warehouse)
    if sku is not None:
        query = query.where(level.sku == sku)
    if depleted:
        query = query.where(available <= 0, ~hidden)
    if (after := page.after_key(str, str)) is not None:
        query = query.where(tuple_(level.warehouse, level.sku) > after)
    return (await session.execute(query)).all()


async def moves_page(
    session: AsyncSession,
    page: PageRequest,
    *,
    blind: bool,
    own: str | None,
    warehouse: str | None = None,
    sku: str | None = None,
    document_no: str | None = None,
) -> Rows:
    """List movements, the last recorded first; none of a warehouse where the caller counts at present."""
    row = MoveRow
    query = (
        select(*row.__table__.c)
        .where(~kept_blind(row.warehouse, blind=blind, own=own))
        .order_by(row.recorded_at.desc(), row.event_id.desc())
        .limit(page.limit + 1)
    )
    for column, value in ((row.warehouse, warehouse), (row.sku, sku), (row.document_no, document_no)):
        if value is not None:
            query = query.where(column == value)
    if (after := page.after_key(datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(row.recorded_at, row.event_id) < after)
    return (await session.execute(query)).all()


async def shortages_page(session: AsyncSession, scope: Scope, page: PageRequest) -> Rows:
    """List what orders want and do not have: reserved short (oversold), or issued short (the ledger had too little)."""
    row = OrderGoodsRow
    missing = row.wanted - func.greatest(row.reserved, row.issued)
    query = (
        select(*row.__table__.c, missing.label("missing"))
        .where(
            ((row.state == "reserved") & (row.reserved < row.wanted))
            | ((row.state == "shipped") & (row.issued < row.wanted)),
            of_shops(scope, row.shop),
        )
        .order_by(row.since, row.shop, row.order_no, row.sku)
        .limit(page.limit + 1)
    )
    if (after := page.after_key(datetime.fromisoformat, str, str, str)) is not None:
        query = query.where(tuple_(row.since, row.shop, row.order_no, row.sku) > after)
    return (await session.execute(query)).all()


async def unknown_skus_page(session: AsyncSession, scope: Scope, page: PageRequest) -> Rows:
    """List codes that orders sold and that are no things here."""
    row = UnknownSkuRow
    query = select(*row.__table__.c).where(of_shops(scope, row.last_shop)).order_by(row.sku).limit(page.limit + 1)
    if (after := page.after_key(str)) is not None:
        query = query.where(row.sku > after[0])
    return (await session.execute(query)).all()


async def returns_page(
    session: AsyncSession,
    scope: Scope,
    page: PageRequest,
    *,
    shop: str | None = None,
    order_no: str | None = None,
    disposition: str | None = None,
    order_known: bool | None = None,
) -> Rows:
    """List goods that came back, the latest first."""
    row = ReturnRow
    query = (
        select(*row.__table__.c)
        .where(of_shops(scope, row.shop))
        .order_by(row.at.desc(), row.shop.desc(), row.return_no.desc())
        .limit(page.limit + 1)
    )
    filters: list[tuple[Any, Any]] = [
        (row.shop, shop),
        (row.order_no, order_no),
        (row.disposition, disposition),
        (row.order_known, order_known),
    ]
    for column, value in filters:
        if value is not None:
            query = query.where(column == value)
    if (after := page.after_key(datetime.fromisoformat, str, str)) is not None:
        query = query.where(tuple_(row.at, row.shop, row.return_no) < after)
    return (await session.execute(query)).all()
