"""Bodies of requests."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.text import readable

Code = Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=64)]
Words = Annotated[str, AfterValidator(readable), Field(min_length=1, max_length=300)]
EmployeeNo = Annotated[
    str, AfterValidator(readable), Field(min_length=1, max_length=64, description="工号", examples=["A001"])
]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3, examples=["12"])]
Counted = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=3, examples=["17"])]
Change = Annotated[Decimal, Field(max_digits=12, decimal_places=3, examples=["-3"])]
Cost = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4, description="CNY", examples=["40.00"])]
Instant = Annotated[AwareDatetime, Field(examples=["2026-10-02T18:00:00+08:00"])]
At = Annotated[Instant | None, Field(description="when it happened; now unless said, never in the future")]


class Asked(BaseModel):
    """A request body; a field it does not know is refused, since it would be silently lost."""

    model_config = ConfigDict(extra="forbid")


class WarehouseAsked(Asked):
    """A warehouse and its first keeper; without a day they keep it from today on."""

    warehouse: Code
    title: Words
    keeper: EmployeeNo
    keeper_from: date | None = None


class KeeperAsked(Asked):
    """Who keeps a warehouse from a day on."""

    employee_no: EmployeeNo
    valid_from: date


class SkuAsked(Asked):
    """A thing and what one of it costs from a day on, today unless said."""

    sku: Code
    title: Words
    unit_cost: Cost | None = None
    valid_from: date | None = None


class SettingAsked(Asked):
    """A setting from a day on, for one warehouse or shop, or with an empty scope for all."""

    name: Code
    scope: Annotated[str, AfterValidator(readable), Field(max_length=64)] = ""
    value: Annotated[str, AfterValidator(readable), Field(max_length=64)]
    valid_from: date


class LineAsked(Asked):
    """How much of one thing."""

    sku: Code
    quantity: Quantity


class DocumentAsked(Asked):
    """A receipt or an issue; the same document again changes nothing."""

    warehouse: Code
    document_no: Code
    lines: Annotated[list[LineAsked], Field(min_length=1, max_length=1000)]
    at: At = None
    note: Words | None = None


class ChangeAsked(Asked):
    """By how much the ledger is wrong: below 0 takes out."""

    sku: Code
    change: Change


class CorrectionAsked(Asked):
    """A correction of the ledger and its reason."""

    warehouse: Code
    document_no: Code
    lines: Annotated[list[ChangeAsked], Field(min_length=1, max_length=1000)]
    at: At = None
    note: Annotated[Words, Field(description="why")]


class ReturnAsked(Asked):
    """Goods that came back; `warehouse`: where they lie now, unless where the shop ships from."""

    shop: Code
    return_no: Code
    order_no: Code
    line_no: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    sku: Code
    quantity: Quantity
    grade: Literal["sellable", "damaged", "unsellable"]
    disposition: Literal["stock", "purchase_return_zone"]
    warehouse: Code | None = None
    at: At = None


class StocktakeAsked(Asked):
    """A stocktake to open: of everything, or a spot check of `skus` or of `sample` SKUs that are drawn."""

    warehouse: Code
    planned_on: Annotated[date | None, Field(description="the planned day; unless said the day it is opened on")] = None
    opened_at: At = None
    counters: Annotated[list[EmployeeNo], Field(max_length=100, description="employees who may count")] = []
    skus: Annotated[list[Code] | None, Field(min_length=1, max_length=1000)] = None
    sample: Annotated[int | None, Field(ge=1, le=1000)] = None


class CountAsked(Asked):
    """What was found of one thing."""

    sku: Code
    counted: Counted
    counted_at: At = None


class CountsAsked(Asked):
    """What one person counted; a keeper or lead may hand in the sheet of somebody else."""

    counts: Annotated[list[CountAsked], Field(min_length=1, max_length=1000)]
    counted_by: Annotated[EmployeeNo | None, Field(description="the caller unless said")] = None


class PartyAsked(Asked):
    """One responsible person; integer weights, so that thirds are exact."""

    employee_no: EmployeeNo
    weight: Annotated[int, Field(ge=1, le=999_999)] = 1


Parties = Annotated[list[PartyAsked], Field(max_length=20, description="with outcome people: who answers")]
OutcomeAsked = Literal["explained", "people", "keeper"]


class FindingAsked(Asked):
    """What was found out about a difference (A-004-1.22c, A-004-1.22d)."""

    sku: Code
    outcome: Annotated[
        OutcomeAsked, Field(description="explained: nobody answers; people: `parties`; keeper: nobody else was found")
    ]
    finding: Words
    parties: Parties = []


class CompletionAsked(Asked):
    """When the stocktake was finished."""

    completed_at: At = None


class AbandonAsked(Asked):
    """Why a stocktake is given up."""

    reason: Words


class ResolutionAsked(Asked):
    """Why a mismatch no longer holds, what turned up, and who answers for the rest."""

    reason: Words
    found: Annotated[Counted, Field(description="what turned up; goes into the ledger")] = Decimal(0)
    outcome: Annotated[
        OutcomeAsked, Field(description="of what is still missing; explained: nobody answers any more")
    ] = "explained"
    parties: Parties = []
    at: At = None
