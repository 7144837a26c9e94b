"""What lies on one shelf: the stock of one SKU in one warehouse, and how much of it is promised."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from inventory.domain.errors import MovementBeforeCount, NotEnoughStock, StockTooLarge

NONE = Decimal(0)
MOST = Decimal("999999999.999")  # NUMERIC(12,3)

Key = tuple[str, str]
"""Warehouse and SKU."""
Why = Literal["received", "issued", "returned", "counted", "corrected"]
Source = Literal["document", "order", "return", "stocktake", "mismatch"]


class Move(NamedTuple):
    """A change of stock: `source` and `document_no` say what caused it, once a SKU and warehouse."""

    warehouse: str
    sku: str
    change: Decimal
    reason: Why
    source: Source
    document_no: str
    at: datetime
    note: str | None = None

    @property
    def key(self) -> Key:
        """Name the shelf."""
        return self.warehouse, self.sku


@dataclass(slots=True)
class Shelf:
    """What is on hand, what of it is reserved for paid orders, and until when a count has settled the ledger."""

    on_hand: Decimal = NONE
    reserved: Decimal = NONE
    counted_until: datetime | None = None

    @property
    def available(self) -> Decimal:
        """Say what is left to sell; below 0 when more was reserved than a count then found."""
        return self.on_hand - self.reserved

    def apply(self, move: Move) -> None:
        """Put in or take out. Raises NotEnoughStock below 0 and StockTooLarge above what can be recorded."""
        after = self.on_hand + move.change
        if after < 0:
            raise NotEnoughStock(field="quantity", quantity=-move.change, sku=move.sku, warehouse=move.warehouse)
        if after > MOST:
            raise StockTooLarge(field="quantity", sku=move.sku, warehouse=move.warehouse)
        self.on_hand = after

    def settled(self, at: datetime) -> bool:
        """Tell whether a finished stocktake has counted what moved at that time."""
        return self.counted_until is not None and at <= self.counted_until

    def refuse_before_count(self, move: Move) -> None:
        """Refuse a movement of a time that a finished stocktake has settled: it would count twice.

        Raises MovementBeforeCount.
        """
        if self.settled(move.at):
            assert self.counted_until is not None
            until = self.counted_until.isoformat()
            raise MovementBeforeCount(field="at", sku=move.sku, warehouse=move.warehouse, counted_until=until)

    def reserve(self, wanted: Decimal) -> Decimal:
        """Promise as much of `wanted` as is available, and say how much that is."""
        promised = max(NONE, min(wanted, self.available))
        self.reserved += promised
        return promised

    def release(self, promised: Decimal) -> None:
        """Take a promise back."""
        self.reserved -= promised
