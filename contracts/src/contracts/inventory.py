"""What inventory says: stock, counts, returns."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Amount, EmployeeNo, EventData, Party, Revocation, Share
from contracts.orders import OrderNo, Shop
from contracts.sealing import Seal

Sku = Annotated[str, Field(min_length=1, max_length=64)]
Warehouse = Annotated[str, Field(min_length=1, max_length=64)]
Quantity = Annotated[Decimal, Field(max_digits=12, decimal_places=3)]


class StockChanged(EventData):
    """The quantity of something in a warehouse changed."""

    type: ClassVar[str] = "stock.changed"
    version: ClassVar[int] = 1

    warehouse: Warehouse
    sku: Sku
    change: Quantity
    on_hand: Quantity
    reserved: Quantity = Decimal(0)
    reason: Literal["received", "issued", "returned", "counted", "corrected"]


class StockDepleted(EventData):
    """Nothing is left to sell of something: what is on hand is reserved or gone."""

    type: ClassVar[str] = "stock.depleted"
    version: ClassVar[int] = 1

    warehouse: Warehouse
    sku: Sku
    on_hand: Quantity
    reserved: Quantity


class StockMismatch(EventData):
    """A count found another quantity than the ledger, was not explained, and somebody answers for it.

    `value` is what is missing at cost (0 for a surplus), `shares` who answers for how much of it.
    """

    type: ClassVar[str] = "stock.mismatch"
    version: ClassVar[int] = 1
    measure: ClassVar[str | None] = "value"

    stocktake_id: UUID
    warehouse: Warehouse
    sku: Sku
    expected: Quantity
    counted: Quantity
    value: Amount
    parties: tuple[Party, ...] = ()
    shares: tuple[Share, ...] = ()
    keeper_answers: Annotated[bool, Field(description="nobody else was responsible (A-004-1.22d)")] = False
    finding: Annotated[str | None, Field(max_length=300)] = None


class StockMismatchResolved(Revocation, EventData):
    """A mismatch no longer holds: what was missing turned up, or others answer for it."""

    type: ClassVar[str] = "stock.mismatch_resolved"
    version: ClassVar[int] = 1

    stocktake_id: UUID
    warehouse: Warehouse
    sku: Sku
    shares: Annotated[tuple[Share, ...], Field(description="who had answered for how much")] = ()


class StocktakeCompleted(EventData):
    """A stocktake is finished; all its differences are settled."""

    type: ClassVar[str] = "stocktake.completed"
    version: ClassVar[int] = 1

    stocktake_id: UUID
    warehouse: Warehouse
    keeper: EmployeeNo
    planned_on: date | None = None
    counted: Annotated[int, Field(ge=0, description="SKUs counted")]
    differences: Annotated[int, Field(ge=0, description="SKUs whose quantity differed")]


class StocktakeMissed(EventData):
    """A planned stocktake (each Friday, A-004-1.22b) was not made on its day."""

    type: ClassVar[str] = "stocktake.missed"
    version: ClassVar[int] = 1

    warehouse: Warehouse
    keeper: EmployeeNo
    planned_on: date


class StocktakeMissedRevoked(Revocation, EventData):
    """A planned stocktake had been made in time after all; it was recorded later."""

    type: ClassVar[str] = "stocktake.missed_revoked"
    version: ClassVar[int] = 1

    warehouse: Warehouse
    keeper: EmployeeNo


class ReturnReceived(EventData):
    """Returned goods are back and booked: the refund may be paid (A-004-1.24a)."""

    type: ClassVar[str] = "return.received"
    version: ClassVar[int] = 1

    return_no: Annotated[str, Field(min_length=1, max_length=64)]
    shop: Shop
    order_no: OrderNo
    line_no: int | None = None
    sku: Sku
    quantity: Quantity
    grade: Literal["sellable", "damaged", "unsellable"]
    disposition: Annotated[
        Literal["stock", "purchase_return_zone"], Field(description="booked into stock, or set aside for the supplier")
    ]


class InventorySealed(Seal, EventData):
    """A month is over here, and nothing of it is in flight any more."""

    type: ClassVar[str] = "inventory.period_sealed"
    version: ClassVar[int] = 1
