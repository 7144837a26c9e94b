"""Tables of inventory that are read by lists; rows are rows. The migration says which are ledgers.

What only one command writes and reads in bulk (items, counts, findings, results, due days) stands in its SQL.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from chassis.orm import Base, Instant, Money

Quantity = Annotated[Decimal, mapped_column(Numeric(12, 3))]


class WarehouseRow(Base):
    """A place where things lie."""

    __tablename__ = "warehouses"

    warehouse: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class KeeperRow(Base):
    """Who keeps a warehouse from a day on."""

    __tablename__ = "warehouse_keepers"

    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    warehouse: Mapped[str] = mapped_column(ForeignKey("warehouses.warehouse"))
    employee_no: Mapped[str]
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class SkuRow(Base):
    """A thing that is kept; its title may change."""

    __tablename__ = "skus"

    sku: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class CostRow(Base):
    """What one of a thing costs from a day on."""

    __tablename__ = "sku_costs"

    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sku: Mapped[str] = mapped_column(ForeignKey("skus.sku"))
    unit_cost: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class SettingRow(Base):
    """A setting of one scope, or of all where the scope is empty, from a day on."""

    __tablename__ = "inventory_settings"

    serial: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    scope: Mapped[str]
    value: Mapped[str]
    valid_from: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class ColleagueRow(Base):
    """What we know of the staff directory, from attendance's events."""

    __tablename__ = "colleagues"

    employee_no: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    department: Mapped[str]
    post: Mapped[str]
    manager_no: Mapped[str | None]
    hire_date: Mapped[date]
    leave_date: Mapped[date | None]


class MoveRow(Base):
    """A movement of stock under the id of its event, with what was on hand after it was recorded."""

    __tablename__ = "stock_moves"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    warehouse: Mapped[str]
    sku: Mapped[str]
    change: Mapped[Quantity]
    on_hand: Mapped[Quantity]
    reason: Mapped[str]
    source: Mapped[str]
    document_no: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[Instant]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class LevelRow(Base):
    """What is on hand and reserved now; on hand is the sum of the movements, reserved that of the goods of orders."""

    __tablename__ = "stock_levels"

    warehouse: Mapped[str] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    on_hand: Mapped[Quantity]
    reserved: Mapped[Quantity]
    counted_until: Mapped[Instant | None]


class OrderGoodsRow(Base):
    """What a paid order wants of one thing, how much of it is reserved, and how much went out."""

    __tablename__ = "order_goods"

    shop: Mapped[str] = mapped_column(primary_key=True)
    order_no: Mapped[str] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    warehouse: Mapped[str]
    wanted: Mapped[Quantity]
    reserved: Mapped[Quantity]
    issued: Mapped[Quantity]
    state: Mapped[str]
    since: Mapped[Instant]


class UnknownSkuRow(Base):
    """A code that orders sold and nobody recorded as a thing."""

    __tablename__ = "unknown_skus"

    sku: Mapped[str] = mapped_column(primary_key=True)
    orders: Mapped[int] = mapped_column(BigInteger)
    first_seen: Mapped[Instant]
    last_seen: Mapped[Instant]
    last_shop: Mapped[str]
    last_order: Mapped[str]


class ReturnRow(Base):
    """Goods that came back; `order_known` where we knew that the order wanted this thing."""

    __tablename__ = "goods_returned"

    shop: Mapped[str] = mapped_column(primary_key=True)
    return_no: Mapped[str] = mapped_column(primary_key=True)
    order_no: Mapped[str]
    line_no: Mapped[int | None]
    sku: Mapped[str]
    quantity: Mapped[Quantity]
    grade: Mapped[str]
    disposition: Mapped[str]
    warehouse: Mapped[str]
    at: Mapped[Instant]
    order_known: Mapped[bool]
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class StocktakeRow(Base):
    """A stocktake and where it stands."""

    __tablename__ = "stocktakes"

    stocktake_id: Mapped[UUID] = mapped_column(primary_key=True)
    warehouse: Mapped[str] = mapped_column(ForeignKey("warehouses.warehouse"))
    keeper: Mapped[str]
    planned_on: Mapped[date | None]
    sampled: Mapped[bool]
    opened_at: Mapped[Instant]
    opened_by: Mapped[str]
    state: Mapped[str]
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[str | None]
    reason: Mapped[str | None]
    counted: Mapped[int | None]
    differences: Mapped[int | None]


class StocktakePersonRow(Base):
    """Somebody whom a stocktake concerns."""

    __tablename__ = "stocktake_people"

    stocktake_id: Mapped[UUID] = mapped_column(ForeignKey("stocktakes.stocktake_id"), primary_key=True)
    employee_no: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class MismatchRow(Base):
    """A difference that was announced, under the id of its event; `found` turned up under those it replaces."""

    __tablename__ = "mismatches"

    mismatch_id: Mapped[UUID] = mapped_column(primary_key=True)
    stocktake_id: Mapped[UUID] = mapped_column(ForeignKey("stocktakes.stocktake_id"))
    warehouse: Mapped[str]
    sku: Mapped[str]
    expected: Mapped[Quantity]
    counted: Mapped[Quantity]
    found: Mapped[Quantity]
    unit_cost: Mapped[Decimal | None] = mapped_column(Numeric(16, 4))
    value: Mapped[Money]
    keeper: Mapped[str]
    keeper_answers: Mapped[bool]
    finding: Mapped[str | None]
    replaces: Mapped[UUID | None] = mapped_column(ForeignKey("mismatches.mismatch_id"))
    business_date: Mapped[date]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]


class MismatchShareRow(Base):
    """What one person answers for of a mismatch."""

    __tablename__ = "mismatch_shares"

    mismatch_id: Mapped[UUID] = mapped_column(ForeignKey("mismatches.mismatch_id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    employee_no: Mapped[str]
    weight: Mapped[int]
    amount: Mapped[Money]


class ResolutionRow(Base):
    """Why a mismatch no longer holds."""

    __tablename__ = "mismatch_resolutions"

    mismatch_id: Mapped[UUID] = mapped_column(ForeignKey("mismatches.mismatch_id"), primary_key=True)
    reason: Mapped[str]
    found: Mapped[Quantity]
    at: Mapped[Instant]
    event_id: Mapped[UUID]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[str]
