"""What inventory refuses.

Refusal
├── Forbidden 403
│   ├── DecidesForThemselves     keeper or responsible people decide about their own loss
│   ├── CorrectsOwnWarehouse     a keeper corrects the ledger of the warehouse they keep
│   ├── CostByKeeper             a keeper changes what a loss of theirs would cost
│   ├── ShopNotYours             the caller's scope names other shops
│   └── NotACounter              an employee counts who is not named as a counter
├── NotFound 404
│   ├── WarehouseNotFound
│   ├── StocktakeNotFound        not there, or not yours: the two answer alike
│   └── MismatchNotFound         likewise
├── Invalid 422
│   ├── IdentityUnusable
│   ├── TimeInFuture
│   ├── WarehouseUnknown
│   ├── SkuUnknown
│   ├── EmployeeUnknown
│   ├── EmployeeGone
│   ├── QuantityNotPositive
│   ├── SkuListedTwice
│   ├── StockTooLarge
│   ├── GradeNotForStock
│   ├── SettingUnknown
│   ├── SettingUnusable
│   ├── DayNotPlanned
│   ├── CountBeforeOpening
│   ├── SampleOrList
│   ├── PartiesMissing
│   ├── PartiesUncalled
│   ├── PartyListedTwice
│   ├── EndBeforeCounts
│   └── FoundTooMuch
└── Conflict 409
    ├── NotEnoughStock
    ├── DocumentDiffers
    ├── ReturnDiffers
    ├── WarehouseDiffers
    ├── MovementBeforeCount      the shelf was counted after that moment
    ├── StocktakeOpen            one at a time in a warehouse
    ├── StocktakePlannedTwice
    ├── NoOpenStocktake
    ├── StocktakeEnded
    ├── CountDiffers
    ├── NotCountedYet
    ├── NothingCounted
    ├── SecondCountMissing
    ├── NoDifference
    ├── FindingMissing
    ├── CostUnknown
    └── MismatchResolved
"""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound


class DecidesForThemselves(Forbidden):
    """{employee_no} keeps this warehouse or answers for the difference, so somebody else must decide."""

    zh = "{employee_no} 是本仓库管理员或差异责任人，须由他人决定。"


class CorrectsOwnWarehouse(Forbidden):
    """You keep {warehouse}; let somebody else correct its ledger, or make a stocktake."""

    zh = "您是仓库 {warehouse} 的管理员：请由他人更正账目，或进行盘点。"


class CostByKeeper(Forbidden):
    """The unit cost of {sku} decides what a keeper pays for a loss; somebody who keeps no warehouse must change it."""

    zh = "{sku} 的单位成本决定管理员的赔偿金额，须由非仓库管理员修改。"


class ShopNotYours(Forbidden):
    """Your scope does not include the shop {shop}."""

    zh = "您的权限范围不包括店铺 {shop}。"


class NotACounter(Forbidden):
    """You count here only if you keep the warehouse or are named as a counter; a lead may hand in others' sheets."""

    zh = "只有仓库管理员或本次盘点指定的盘点人可以清点；主管可代交他人的盘点表。"


class WarehouseNotFound(NotFound):
    """There is no such warehouse here."""

    zh = "没有找到该仓库。"


class StocktakeNotFound(NotFound):
    """There is no such stocktake here."""

    zh = "没有找到该次盘点。"


class MismatchNotFound(NotFound):
    """There is no such mismatch here."""

    zh = "没有找到该差异。"


class IdentityUnusable(Invalid):
    """{value} cannot be used here: no slash, no dot alone, at most 64 characters."""

    zh = "{value} 不能使用：不得含斜杠、不得只有点，最多 64 个字符。"


class TimeInFuture(Invalid):
    """{field} lies in the future: {at}. Send it when it has happened."""

    zh = "{field} 是未来时间：{at}。请在发生之后再提交。"


class WarehouseUnknown(Invalid):
    """There is no warehouse {warehouse}; record it first."""

    zh = "仓库 {warehouse} 不存在，请先登记。"


class SkuUnknown(Invalid):
    """There is no SKU {sku}; record it first."""

    zh = "商品 {sku} 不存在，请先登记。"


class EmployeeUnknown(Invalid):
    """The staff directory has no employee {employee_no}; check the number or enter the person there first."""

    zh = "员工名册中没有工号 {employee_no}：请核对工号，或先登记该员工。"


class EmployeeGone(Invalid):
    """Employee {employee_no} left on {leave_date}, before {day}."""

    zh = "员工 {employee_no} 已于 {leave_date} 离职，早于 {day}。"


class QuantityNotPositive(Invalid):
    """The quantity of {sku} must be greater than 0."""

    zh = "{sku} 的数量必须大于 0。"


class SkuListedTwice(Invalid):
    """{sku} is listed twice; add the quantities up."""

    zh = "{sku} 重复出现：请合并数量。"


class StockTooLarge(Invalid):
    """With this, {sku} in {warehouse} would exceed 999999999.999; check the quantity."""

    zh = "入账后仓库 {warehouse} 的 {sku} 将超过 999999999.999，请核对数量。"


class GradeNotForStock(Invalid):
    """Goods of grade {grade} cannot be sold again; set them aside: disposition purchase_return_zone."""

    zh = "{grade} 的退货不能再次销售，请放入采购退货区（purchase_return_zone）。"


class SettingUnknown(Invalid):
    """There is no setting {name}; there are: {names}."""

    zh = "没有设置项 {name}；可用的有：{names}。"


class SettingUnusable(Invalid):
    """{name} cannot be {value}: {wanted}."""

    zh = "{name} 不能为 {value}：{wanted_zh}。"


class DayNotPlanned(Invalid):
    """No stocktake is planned in {warehouse} on {day}; leave planned_on out, or set stocktake_weekday."""

    zh = "仓库 {warehouse} 在 {day} 没有盘点计划：请去掉 planned_on，或设置 stocktake_weekday。"


class CountBeforeOpening(Invalid):
    """The count at {at} is before the stocktake was opened ({opened_at})."""

    zh = "盘点时间 {at} 早于盘点开始时间 {opened_at}。"


class SampleOrList(Invalid):
    """Say `sample` or `skus`, not both; such a stocktake cannot be the planned one."""

    zh = "sample 与 skus 只能写一个；抽盘不能作为计划盘点。"


class PartiesMissing(Invalid):
    """The outcome people needs parties: who answers, with weights."""

    zh = "结论为 people 时须写明责任人（parties）及权重。"


class PartiesUncalled(Invalid):
    """Parties belong to the outcome people only."""

    zh = "只有结论为 people 时才写责任人（parties）。"


class PartyListedTwice(Invalid):
    """{employee_no} is listed twice."""

    zh = "{employee_no} 重复出现。"


class EndBeforeCounts(Invalid):
    """The end {at} is before the last count, {last}."""

    zh = "结束时间 {at} 早于最后一次盘点 {last}。"


class FoundTooMuch(Invalid):
    """{found} turned up, but only {missing} were missing; count again instead."""

    zh = "找到 {found}，但只缺 {missing}：请重新盘点。"


class NotEnoughStock(Conflict):
    """There are fewer than {quantity} of {sku} in {warehouse}; receive first, or count."""

    zh = "仓库 {warehouse} 的 {sku} 不足 {quantity}：请先入库，或进行盘点。"


class DocumentDiffers(Conflict):
    """Document {document_no} says something else about {sku} in {warehouse} already; use another number."""

    zh = "单据 {document_no} 已对仓库 {warehouse} 的 {sku} 作过不同登记，请使用其他单号。"


class ReturnDiffers(Conflict):
    """Return {return_no} is recorded already and differs in {field}; use another number."""

    zh = "退货单 {return_no} 已登记且 {field} 不同，请使用其他单号。"


class WarehouseDiffers(Conflict):
    """Warehouse {warehouse} is recorded already and differs in {field}."""

    zh = "仓库 {warehouse} 已登记且 {field} 不同。"


class MovementBeforeCount(Conflict):
    """{sku} in {warehouse} was counted at {counted_until}, after this movement; resolve the mismatch of that count."""

    zh = "仓库 {warehouse} 的 {sku} 已在 {counted_until} 盘点，晚于此笔出入库：请处理该次盘点的差异。"


class StocktakeOpen(Conflict):
    """A stocktake is open in {warehouse}; complete or abandon it first."""

    zh = "仓库 {warehouse} 已有进行中的盘点，请先完成或作废。"


class StocktakePlannedTwice(Conflict):
    """The stocktake of {day} in {warehouse} is recorded already."""

    zh = "仓库 {warehouse} 在 {day} 的盘点已登记。"


class NoOpenStocktake(Conflict):
    """No stocktake was open in {warehouse}; open one first."""

    zh = "仓库 {warehouse} 没有进行中的盘点，请先开始盘点。"


class StocktakeEnded(Conflict):
    """This stocktake is {state}; open another one."""

    zh = "该次盘点已结束（{state}），请重新开始盘点。"


class CountDiffers(Conflict):
    """{counted_by} counted {sku} in this stocktake already; somebody else must count it again."""

    zh = "{counted_by} 已在本次盘点中清点过 {sku}，复盘须由他人进行。"


class NothingCounted(Conflict):
    """Nobody has counted {sku} in this stocktake."""

    zh = "本次盘点尚未清点 {sku}。"


class NotCountedYet(Conflict):
    """{number} SKUs are not counted yet, among them {skus}."""

    zh = "还有 {number} 个商品未清点，如 {skus}。"


class SecondCountMissing(Conflict):
    """{number} SKUs need a second count by somebody else, among them {skus}."""

    zh = "还有 {number} 个商品须由他人复盘，如 {skus}。"


class NoDifference(Conflict):
    """{sku} was counted as expected; there is nothing to decide."""

    zh = "{sku} 账实相符，无需处理。"


class FindingMissing(Conflict):
    """{number} missing SKUs need a finding on how things stand now, among them {skus}."""

    zh = "还有 {number} 个短缺商品须按当前差异查明结论，如 {skus}。"


class CostUnknown(Conflict):
    """The unit cost of {sku} is not recorded; record it first, for the loss is valued at cost."""

    zh = "{sku} 没有单位成本，损失按成本计价，请先登记。"


class MismatchResolved(Conflict):
    """This mismatch is resolved already; if another one took its place, resolve that."""

    zh = "该差异已处理；如已由新的差异替代，请处理新的差异。"
