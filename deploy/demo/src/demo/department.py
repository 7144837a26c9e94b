"""The whole month of the department: everything that happened, each subject out of those before it."""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.attended import Attended, attend, punch_rows
from demo.chases import chases_of
from demo.csv_files import as_csv
from demo.goods import sku_rows
from demo.leave import LeaveAsked, leaves
from demo.month import Month
from demo.people import staff_rows
from demo.plan import UNTIL_THE_ACTS
from demo.returns import Return, refund_rows, returns_of
from demo.reviews import Review, review_rows, reviews_of
from demo.sales import Order, order_rows, orders_of
from demo.shifts import Duty, roster, roster_rows, shift_rows
from demo.stock import Stock, delivery_rows, stock_of
from demo.talk import Chat, Concern, after_sales, before_sales, chat_rows


@dataclass(frozen=True, slots=True)
class Department:
    """What happened in a month."""

    month: Month
    roster: list[Duty]
    leaves: list[LeaveAsked]
    attended: list[Attended]
    chats: list[Chat]
    orders: list[Order]
    chases: list[tuple[Order, datetime]]
    reviews: list[Review]
    returns: list[Return]
    stock: Stock

    @property
    def acts(self) -> list[Return]:
        """The returns that are entered one by one: the last ones that were paid for goods that came back."""
        return [one for one in self.returns if one.comes_back and one.executed_at][-UNTIL_THE_ACTS:]

    @property
    def blameless(self) -> list[Review]:
        """The reviews that complain of something for which nobody here answers."""
        return [one for one in self.reviews if one.complaint and not one.complaint.responsible]

    def files(self) -> dict[str, bytes]:
        """Write what goes in by file, by name; counts go in by the sheet, each when its stocktake is open."""
        acts = {one.number for one in self.acts}
        paid = [one for one in self.returns if one.number not in acts]
        blameless = {one.review_no for one in self.blameless}
        return {
            name: as_csv(rows)
            for name, rows in {
                "员工名册.csv": staff_rows(),
                "班次.csv": shift_rows(),
                "排班表.csv": roster_rows(self.roster),
                "打卡记录.csv": punch_rows(self.attended),
                "补传打卡.csv": punch_rows(self.attended, late_uploads=True),
                "商品资料.csv": sku_rows(),
                "入库单.csv": delivery_rows(self.stock.deliveries),
                "订单.csv": order_rows(self.orders),
                "聊天记录.csv": chat_rows(self.chats),
                "评价.csv": review_rows(one for one in self.reviews if one.review_no not in blameless),
                "退款.csv": refund_rows(paid),
            }.items()
        }


def department(month: Month) -> Department:
    """Make up a month; the same month is always the same, to the byte."""
    duties = roster(month)
    attended = attend(month, duties)
    selling = before_sales(month, attended)
    orders = orders_of(month, selling)
    returns = returns_of(month, orders, attended)
    return Department(
        month=month,
        roster=duties,
        leaves=leaves(duties),
        attended=attended,
        chats=[*selling, *after_sales(month, attended, _Sent(orders).before)],
        orders=orders,
        chases=chases_of(month, orders),
        reviews=reviews_of(month, orders, attended),
        returns=returns,
        stock=stock_of(month, orders, returns),
    )


class _Sent:
    """Orders that were sent off, to draw one of the last days from."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._sent = sorted(
            ((order.shipped_at, order.order_no, order) for order in orders if order.shipped_at), key=lambda one: one[:2]
        )

    def before(self, chance: random.Random, moment: datetime) -> Concern:
        """Draw an order that was sent off half a day to twelve days ago, or the first of all."""
        since = bisect_left(self._sent, moment - timedelta(days=12), key=lambda one: one[0])
        until = bisect_left(self._sent, moment - timedelta(hours=12), key=lambda one: one[0])
        order = self._sent[chance.randrange(since, max(until, since + 1))][2]
        return Concern(order.shop, order.order_no, order.buyer, order.lines[0].goods)
