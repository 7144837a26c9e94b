"""Our facts as contract events."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.base import Party, Share
from contracts.inventory import (
    ReturnReceived,
    StockChanged,
    StockDepleted,
    StockMismatch,
    StockMismatchResolved,
    StocktakeCompleted,
    StocktakeMissed,
    StocktakeMissedRevoked,
)
from inventory.domain.answering import Part
from inventory.domain.shelf import Key, Move, Shelf


def stock_changed(move: Move, shelf: Shelf) -> Outgoing:
    """Announce a movement; `shelf` is as it was after it."""
    data = StockChanged(
        warehouse=move.warehouse,
        sku=move.sku,
        change=move.change,
        on_hand=shelf.on_hand,
        reserved=shelf.reserved,
        reason=move.reason,
    )
    return Outgoing(data, about=f"{move.warehouse}/{move.sku}", time=move.at)


def stock_depleted(key: Key, shelf: Shelf, at: datetime) -> Outgoing:
    """Announce that nothing is left to sell."""
    warehouse, sku = key
    data = StockDepleted(warehouse=warehouse, sku=sku, on_hand=shelf.on_hand, reserved=shelf.reserved)
    return Outgoing(data, about=f"{warehouse}/{sku}", time=at)


def return_received(data: dict[str, Any], at: datetime, event_id: UUID) -> Outgoing:
    """Announce that goods are back."""
    return Outgoing(ReturnReceived(**data), about=data["order_no"], time=at, event_id=event_id)


def stock_mismatch(
    *,
    stocktake_id: UUID,
    key: Key,
    expected: Decimal,
    counted: Decimal,
    value: Decimal,
    parts: Sequence[Part],
    keeper_answers: bool,
    finding: str | None,
    at: datetime,
    event_id: UUID,
) -> Outgoing:
    """Announce a difference with who answers for how much of it."""
    data = StockMismatch(
        stocktake_id=stocktake_id,
        warehouse=key[0],
        sku=key[1],
        expected=expected,
        counted=counted,
        value=value,
        parties=tuple(Party(employee_no=part.employee_no, weight=part.weight) for part in parts),
        shares=_shares(parts),
        keeper_answers=keeper_answers,
        finding=finding,
    )
    return Outgoing(data, about=f"{key[0]}/{key[1]}", time=at, event_id=event_id)


def stock_mismatch_resolved(
    *,
    revokes: UUID,
    revoked_on: date,
    stocktake_id: UUID,
    key: Key,
    parts: Sequence[Part],
    reason: str,
    at: datetime,
    event_id: UUID,
) -> Outgoing:
    """Announce that a difference no longer holds; `parts` are who had answered."""
    data = StockMismatchResolved(
        revokes=revokes,
        revoked_business_date=revoked_on,
        reason=reason,
        stocktake_id=stocktake_id,
        warehouse=key[0],
        sku=key[1],
        shares=_shares(parts),
    )
    return Outgoing(data, about=f"{key[0]}/{key[1]}", time=at, event_id=event_id)


def stocktake_completed(
    *,
    stocktake_id: UUID,
    warehouse: str,
    keeper: str,
    planned_on: date | None,
    counted: int,
    differences: int,
    at: datetime,
) -> Outgoing:
    """Announce that a stocktake is finished."""
    data = StocktakeCompleted(
        stocktake_id=stocktake_id,
        warehouse=warehouse,
        keeper=keeper,
        planned_on=planned_on,
        counted=counted,
        differences=differences,
    )
    return Outgoing(data, about=str(stocktake_id), time=at)


def stocktake_missed(warehouse: str, keeper: str, planned_on: date, *, at: datetime, event_id: UUID) -> Outgoing:
    """Announce that a planned count was not made; it counts for the planned day."""
    data = StocktakeMissed(warehouse=warehouse, keeper=keeper, planned_on=planned_on)
    about = f"{warehouse}/{planned_on.isoformat()}"
    return Outgoing(data, about=about, time=at, business_date=planned_on, event_id=event_id)


def stocktake_missed_revoked(warehouse: str, keeper: str, planned_on: date, *, revokes: UUID, at: datetime) -> Outgoing:
    """Announce that the planned count had been made in time after all."""
    data = StocktakeMissedRevoked(
        warehouse=warehouse,
        keeper=keeper,
        revokes=revokes,
        revoked_business_date=planned_on,
        reason="counted in time, recorded later / 按时盘点，事后登记",
    )
    return Outgoing(data, about=f"{warehouse}/{planned_on.isoformat()}", time=at)


def _shares(parts: Sequence[Part]) -> tuple[Share, ...]:
    return tuple(Share(employee_no=part.employee_no, amount=part.amount) for part in parts)
