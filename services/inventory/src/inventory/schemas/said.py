"""Bodies of answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from inventory.domain.answering import Outcome


class Recorded(BaseModel):
    """What became of a request: recorded, or the same was recorded before and nothing changed."""

    result: Literal["new", "same", "amended"]


class KeeperSaid(BaseModel):
    """A keeper from a day on."""

    employee_no: str
    valid_from: date


class WarehouseSaid(BaseModel):
    """A warehouse, who keeps it today, and everybody named so far in the order of recording."""

    warehouse: str
    title: str
    keeper: str
    keepers: list[KeeperSaid]


class SkuSaid(BaseModel):
    """A thing and what one costs."""

    sku: str
    title: str
    unit_cost: Decimal | None
    valid_from: date | None


class SettingSaid(BaseModel):
    """A setting as it was recorded."""

    name: str
    scope: str
    value: str
    valid_from: date
    recorded_at: datetime
    recorded_by: str


class SettingsSaid(BaseModel):
    """What was set, the last recorded first, and what holds where nothing was."""

    set: list[SettingSaid]
    shipped: dict[str, str]


class LevelSaid(BaseModel):
    """What lies in a warehouse; quantities are hidden from those who count there at present."""

    warehouse: str
    sku: str
    title: str
    on_hand: Decimal | None
    reserved: Decimal | None
    available: Annotated[Decimal | None, Field(description="on hand less reserved")]


class MoveSaid(BaseModel):
    """A movement, and what was on hand after it was recorded."""

    warehouse: str
    sku: str
    change: Decimal
    on_hand: Decimal
    reason: str
    source: str
    document_no: str
    note: str | None
    at: datetime
    event_id: UUID
    recorded_at: datetime
    recorded_by: str


class ShortageSaid(BaseModel):
    """What an order wants and has not: `reserved` waits for goods, `shipped` took more than the ledger had."""

    shop: str
    order_no: str
    sku: str
    warehouse: str
    wanted: Decimal
    missing: Decimal
    state: Literal["reserved", "shipped"]
    since: datetime


class UnknownSkuSaid(BaseModel):
    """A code that orders sold and that is no thing here."""

    sku: str
    orders: int
    first_seen: datetime
    last_seen: datetime
    last_shop: str
    last_order: str


class ReturnRecorded(BaseModel):
    """What became of a return; `order_known` false: we never saw that order want this thing."""

    result: Literal["new", "same"]
    order_known: bool


class ReturnSaid(BaseModel):
    """Goods that came back."""

    shop: str
    return_no: str
    order_no: str
    line_no: int | None
    sku: str
    quantity: Decimal
    grade: str
    disposition: str
    warehouse: str
    at: datetime
    order_known: bool
    event_id: UUID
    recorded_by: str


class StocktakeOpened(BaseModel):
    """The stocktake that was opened."""

    stocktake_id: UUID


class StocktakeListed(BaseModel):
    """A stocktake in a list."""

    stocktake_id: UUID
    warehouse: str
    keeper: str
    planned_on: date | None
    sampled: bool
    state: Literal["open", "completed", "abandoned"]
    opened_at: datetime
    opened_by: str
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None


class StocktakeSaid(StocktakeListed):
    """A stocktake and how far its counting is; how many differ is told when it is completed."""

    to_count: int
    counted: int
    counters: list[str]
    differences: int | None


class ItemSaid(BaseModel):
    """A thing in a stocktake. What was expected and found is told to those who do not count, and to all at the end."""

    sku: str
    to_count: Annotated[bool, Field(description="a count, or a second one by somebody else, is wanted")]
    own_count: Annotated[Decimal | None, Field(description="what the caller counted")] = None
    expected: Decimal | None = None
    counted: Decimal | None = None
    difference: Decimal | None = None
    counted_at: datetime | None = None
    counted_by: str | None = None
    unit_cost: Decimal | None = None
    outcome: Outcome | None = None
    finding: str | None = None


class CountsTaken(BaseModel):
    """How many counts were new, and how many had been recorded before."""

    new: int
    same: int


class StocktakeCompletedSaid(BaseModel):
    """How many SKUs were counted, and how many of them differed."""

    counted: int
    differences: int


class ShareSaid(BaseModel):
    """What one person answers for."""

    employee_no: str
    weight: int
    amount: Decimal


class MismatchSaid(BaseModel):
    """A difference and who answers for it; its id is that of its event."""

    mismatch_id: UUID
    stocktake_id: UUID
    warehouse: str
    sku: str
    expected: Decimal
    counted: Decimal
    found: Decimal
    value: Decimal
    keeper_answers: bool
    finding: str | None
    shares: list[ShareSaid]
    replaces: UUID | None
    business_date: date
    resolved_at: datetime | None
    resolved_because: str | None


class Resolved(BaseModel):
    """The mismatch that took the place of the resolved one, if something is still missing and somebody answers."""

    replaced_by: UUID | None
