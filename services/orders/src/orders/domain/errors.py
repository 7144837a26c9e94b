"""What orders refuses.

Refusal
├── Forbidden 403
│   ├── ShopNotYours             the caller's scope names other shops
│   ├── OwnOrderNotAssignable    nobody assigns a sale to themselves
│   ├── OwnSeatNotGrantable      nobody gives the refund seat to themselves
│   ├── ChaseOfSomebodyElse      people record their own follow-ups
│   └── NotTheRefundHolder       each shop's refunds are executed by one person
├── NotFound 404
│   ├── OrderNotFound            not there, or not yours: the two answer alike
│   └── RefundNotFound           nobody asked for a refund with this number
├── Invalid 422
│   ├── IdentityUnusable         a shop or order number that no address can carry
│   ├── TimeInFuture, TimeTooEarly
│   ├── TimesOutOfOrder
│   ├── EndsTwice                completed and cancelled
│   ├── CompletionWithoutTime
│   ├── LineListedTwice
│   ├── LineUnknown
│   ├── QuantityNotPositive
│   ├── DiscountTooLarge
│   ├── AmountTooLarge
│   ├── SellersUnreadable
│   ├── SellersSaidTwice         `seller` and `sellers` together
│   ├── SellerListedTwice
│   ├── SellerUnknown            not in the staff directory
│   ├── SellerLeft               had left before the sale
│   ├── RefundWithoutOrder       a live refund names no recorded order
│   ├── RefundNotPositive
│   ├── PersonUnknown            nobody who works here on that day
│   ├── PersonUnnamed            the account belongs to nobody, so the body must say who
│   └── SettingUnusable
└── Conflict 409
    ├── OrderDiffers             the same number again with another content
    ├── NothingToAmend
    ├── OrderNotPaid
    ├── OrderAlreadyCompleted
    ├── OrderAlreadyCancelled
    ├── StepRecordedOtherwise    the same step again with another time
    ├── RefundDiffers
    ├── RefundTooLarge
    ├── RefundNotReceived        the goods are not back yet
    ├── RefundAlreadyExecuted
    ├── SeatTaken                somebody else holds the shop's refund seat
    ├── OrderNotWaiting          only an order that waits for its payment is followed up
    └── AmendmentBelowRefunds
"""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound


class ShopNotYours(Forbidden):
    """Your scope does not include the shop {shop}."""

    zh = "您的权限范围不包括店铺 {shop}。"


class OwnOrderNotAssignable(Forbidden):
    """Nobody assigns a sale to themselves; ask another lead."""

    zh = "不能把订单归属给自己，请由其他主管操作。"


class OwnSeatNotGrantable(Forbidden):
    """Nobody gives the refund seat to themselves; ask another of those who may."""

    zh = "不能把退款席位授予自己，请由其他有权限的人操作。"


class ChaseOfSomebodyElse(Forbidden):
    """You record your own follow-ups; a lead records those of others."""

    zh = "只能登记自己的催付，他人的催付请由主管登记。"


class NotTheRefundHolder(Forbidden):
    """Refunds of the shop {shop} are executed by the holder of its refund seat only; this attempt was recorded."""

    zh = "店铺 {shop} 的退款只能由其退款席位的持有人执行；本次尝试已记录。"


class OrderNotFound(NotFound):
    """There is no such order here."""

    zh = "没有找到该订单。"


class RefundNotFound(NotFound):
    """There is no such refund request here."""

    zh = "没有找到该退款申请。"


class IdentityUnusable(Invalid):
    """{value} cannot be used here: no slash, no dot alone, at most 64 characters."""

    zh = "{value} 不能使用：不得含斜杠、不得只有点，最多 64 个字符。"


class TimeInFuture(Invalid):
    """{field_name} lies in the future: {at}. Send it when it has happened."""

    zh = "{field_name} 是未来时间：{at}。请在发生之后再提交。"


class TimeTooEarly(Invalid):
    """{field_name} lies before the year {earliest}: {at}. Check the date."""

    zh = "{field_name} 早于 {earliest} 年：{at}。请核对日期。"


class TimesOutOfOrder(Invalid):
    """{field_name} ({at}) is before placed_at ({placed_at})."""

    zh = "{field_name}（{at}）早于下单时间（{placed_at}）。"


class EndsTwice(Invalid):
    """An order cannot be both completed and cancelled; say `status`, or leave one time out."""

    zh = "订单不能既完成又取消：请给出 status，或去掉其中一个时间。"


class CompletionWithoutTime(Invalid):
    """The order is completed but says not when; commission needs the day. Add completed_at."""

    zh = "订单已完成但没有完成时间，无法确定提成月份：请补充 completed_at。"


class LineListedTwice(Invalid):
    """Line {line_no} occurs twice; every line of an order needs a number of its own."""

    zh = "行号 {line_no} 重复：同一订单的每一行需要不同的行号。"


class LineUnknown(Invalid):
    """The order has no line {line_no}."""

    zh = "该订单没有第 {line_no} 行。"


class QuantityNotPositive(Invalid):
    """Line {line_no}: the quantity must be greater than 0; what comes back is a refund."""

    zh = "第 {line_no} 行：数量必须大于 0；退货请作为退款登记。"


class DiscountTooLarge(Invalid):
    """Line {line_no}: the discount {discount} is larger than quantity times price, {gross}."""

    zh = "第 {line_no} 行：优惠 {discount} 大于数量乘单价 {gross}。"


class AmountTooLarge(Invalid):
    """The amount {amount} is too large to be recorded (at most 999999999999.99)."""

    zh = "金额 {amount} 超出可记录的范围（最多 999999999999.99）。"


class SellersUnreadable(Invalid):
    """{text} names no sellers; write employee numbers, with weights after a colon: A001 or A001:2,A002:1."""

    zh = "{text} 无法识别为销售员：请写工号，多人时用冒号写权重，例如 A001 或 A001:2,A002:1。"


class SellersSaidTwice(Invalid):
    """Give `seller` or `sellers`, not both."""

    zh = "seller 与 sellers 只能填写其一。"


class SellerListedTwice(Invalid):
    """The seller {employee_no} is listed twice; add the weights up."""

    zh = "销售员 {employee_no} 重复：请合并权重。"


class SellerUnknown(Invalid):
    """The seller {employee_no} is not in the staff directory; correct the number, or enter the person in attendance."""

    zh = "员工名册中没有工号 {employee_no}：请更正工号，或先在考勤服务中登记该员工。"


class SellerLeft(Invalid):
    """The seller {employee_no} had left before the order was placed; only basis historical accepts that."""

    zh = "工号 {employee_no} 在下单前已离职：只有 basis 为 historical 的订单可以归属给他。"


class RefundWithoutOrder(Invalid):
    """No order {order_no} of shop {shop} is recorded; import it first, or send the refund with basis historical."""

    zh = "店铺 {shop} 没有订单 {order_no}：请先导入订单，或将退款的 basis 设为 historical。"


class RefundNotPositive(Invalid):
    """A refund must be greater than 0; write what went back to the customer without a sign."""

    zh = "退款金额必须大于 0：请填写退给客户的金额，不带负号。"


class PersonUnknown(Invalid):
    """{employee_no} is nobody who works here on {on}; correct the number, or enter the person in attendance."""

    zh = "{on} 在职人员中没有工号 {employee_no}：请更正工号，或先在考勤服务中登记该员工。"


class PersonUnnamed(Invalid):
    """Say who it was: your account has no employee number."""

    zh = "请填写工号：您的账号没有关联员工。"


class SettingUnusable(Invalid):
    """{value} cannot be the value of {name}: {wanted}."""

    zh = "{value} 不能作为 {name} 的值：{wanted_zh}。"


class OrderDiffers(Conflict):
    """This order is recorded already and differs in {field_name}; what was recorded stays. {remedy}"""

    zh = "该订单已登记，但 {field_name} 不同；已登记的内容不变。{remedy_zh}"


class NothingToAmend(Conflict):
    """The amendment says what is recorded already; nothing was changed."""

    zh = "修改内容与已登记的相同，未做任何更改。"


class OrderNotPaid(Conflict):
    """The order is not paid yet; record its payment first."""

    zh = "订单尚未付款：请先登记付款。"


class OrderAlreadyCompleted(Conflict):
    """The order is completed; its content stays. Money that goes back is a refund, another seller an assignment."""

    zh = "订单已完成，内容不再更改。退钱请登记退款，更换销售员请登记归属。"


class OrderAlreadyCancelled(Conflict):
    """The order is cancelled; nothing more happens to it but refunds of what was paid."""

    zh = "订单已取消：除退还已付款项外不再变化。"


class StepRecordedOtherwise(Conflict):
    """{field_name} is recorded already as {recorded}; the first record stays."""

    zh = "{field_name} 已登记为 {recorded}，以首次登记为准。"


class RefundDiffers(Conflict):
    """The refund {refund_no} is recorded already and differs in {field_name}; give a new refund its own number."""

    zh = "退款 {refund_no} 已登记，但 {field_name} 不同：新的退款请使用新的编号。"


class RefundTooLarge(Conflict):
    """{amount} is more than what is left to refund, {left}."""

    zh = "退款 {amount} 超过剩余可退金额 {left}。"


class RefundNotReceived(Conflict):
    """The goods of refund {refund_no} are not booked back yet; execute it when they are. This attempt was recorded."""

    zh = "退款 {refund_no} 的商品尚未退回入库：请在确认收货后再执行；本次尝试已记录。"


class RefundAlreadyExecuted(Conflict):
    """The refund {refund_no} is executed already, by {executed_by}; nothing was paid twice."""

    zh = "退款 {refund_no} 已由 {executed_by} 执行，没有重复付款。"


class SeatTaken(Conflict):
    """{holder} holds the refund seat of {shop}; to hand it over, name them in `replaces`."""

    zh = "店铺 {shop} 的退款席位由 {holder} 持有；如需移交，请在 replaces 中写明该工号。"


class OrderNotWaiting(Conflict):
    """The order does not wait for a payment any more; there is nothing to follow up."""

    zh = "订单已不在等待付款，无需催付。"


class AmendmentBelowRefunds(Conflict):
    """Line {line_no} would come to {net}, less than the {refunded} refunded on it already."""

    zh = "第 {line_no} 行将变为 {net}，低于已退款 {refunded}。"
