"""Orders: most of them out of a chat, some without a word; what became of each until the export was drawn."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from demo import wording
from demo.goods import Goods, asked_about, basket
from demo.month import Month, at, wall
from demo.people import JD, SHOPS, doing
from demo.plan import LATE_DISPATCHES
from demo.talk import Chat

ORDERS = 6000
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Line:
    """A position of an order."""

    goods: Goods
    quantity: int
    discount: Decimal

    @property
    def net(self) -> Decimal:
        return self.goods.price * self.quantity - self.discount


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the export shows it; `sellers` with their weights, none where nobody is known to have sold it."""

    shop: str
    order_no: str
    buyer: str
    lines: tuple[Line, ...]
    sellers: tuple[tuple[str, int], ...]
    remark: str
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    chat_no: str = ""

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), NOTHING)


def orders_of(month: Month, chats: Sequence[Chat]) -> list[Order]:
    """Make the orders of a month in the order in which they were placed."""
    chance = month.chance("orders")
    buying = [chat for chat in chats if chat.buys]
    asked = [(chat.ended_at + timedelta(seconds=chance.randrange(40, 2400)), chat) for chat in buying]
    silent = [
        (at(chance.choice(month.days), chance.triangular(7 * 60, 24 * 60, 21 * 60)), None)
        for _ in range(ORDERS - len(buying))
    ]
    placed: list[tuple[datetime, Chat | None]] = [*asked, *silent]
    placed.sort(key=lambda one: (one[0], one[1].chat_no if one[1] else ""))
    late = set(chance.sample(range(ORDERS // 10, ORDERS * 8 // 10), LATE_DISPATCHES))
    numbers = {shop: _first_number(chance, shop) for shop in SHOPS}
    orders = []
    for place, (moment, chat) in enumerate(placed):
        shop = chat.shop if chat else chance.choice(SHOPS)
        numbers[shop] += chance.randrange(1, 60_000) * (1 if shop == JD else 1_000_003)
        number = str(numbers[shop])
        orders.append(_order(month, chance, order_no=number, shop=shop, moment=moment, chat=chat, late=place in late))
    return orders


def _first_number(chance: random.Random, shop: str) -> int:
    """Draw where the numbers of the month begin: 12 digits at 京东, 19 at 天猫."""
    return chance.randrange(310, 330) * 10**9 if shop == JD else chance.randrange(46 * 10**17, 47 * 10**17)


def _order(
    month: Month,
    chance: random.Random,
    *,
    order_no: str,
    shop: str,
    moment: datetime,
    chat: Chat | None,
    late: bool,
) -> Order:
    wanted = chat.goods if chat else asked_about(chance)
    lines = tuple(Line(goods, pieces, _discount(chance, goods, pieces)) for goods, pieces in basket(chance, wanted))
    fate = 1.0 if late else chance.random()
    paid = shipped = completed = cancelled = None
    if fate < 0.035:
        cancelled = moment + timedelta(hours=24)
    else:
        paid = moment + _until_paid(chance, slow=fate < 0.06)
        shipped = _packed(chance, paid, late=late)
        completed = shipped + timedelta(days=chance.choice((2, 3, 3, 4, 4, 5, 6, 8)), minutes=chance.randrange(900))
    if paid and shipped and 0.06 <= fate < 0.075:
        cancelled, shipped, completed = paid + (shipped - paid) * 0.4, None, None
        cancelled = cancelled.replace(microsecond=0)
    sellers = _sellers(chance, chat)
    return Order(
        shop=shop,
        order_no=order_no,
        buyer=chat.buyer if chat else wording.buyer_name(chance, jd=shop == JD),
        lines=lines,
        sellers=sellers,
        remark=_remark(chance, sellers),
        placed_at=moment,
        paid_at=paid,
        shipped_at=shipped,
        completed_at=completed if completed and completed < month.exported_at else None,
        cancelled_at=cancelled,
        chat_no=chat.chat_no if chat else "",
    )


def _discount(chance: random.Random, goods: Goods, pieces: int) -> Decimal:
    if goods.price * pieces < 100:
        return NOTHING
    return Decimal(chance.choices(("0.00", "5.00", "10.00", "20.00", "30.00"), (50, 14, 18, 12, 6))[0])


def _until_paid(chance: random.Random, *, slow: bool) -> timedelta:
    """Draw how long a buyer takes to pay: a few minutes, or more than the hour after which somebody should ask."""
    return timedelta(seconds=chance.randrange(4200, 30_000) if slow else chance.randrange(15, 1500))


def _packed(chance: random.Random, paid: datetime, *, late: bool) -> datetime:
    """Tell when the warehouse sends it off: in the wave before noon or in the one of the evening, next morning at
    the latest; the orders that are forgotten, on the third day."""
    day = paid.date()
    noon, evening = at(day, 11 * 60), at(day, 16 * 60 + 30)
    if late:
        noon = at(day + timedelta(days=3), 11 * 60)
    elif paid > evening - timedelta(minutes=20):
        noon = at(day + timedelta(days=1), 11 * 60)
    elif paid > noon - timedelta(minutes=20):
        noon = evening
    return noon + timedelta(seconds=chance.randrange(3600))


def _sellers(chance: random.Random, chat: Chat | None) -> tuple[tuple[str, int], ...]:
    """Tell who sold: whoever chatted, now and then together with a neighbour of the same shop."""
    if chat is None:
        return ()
    agent = chat.agent.employee_no
    if chance.random() < 0.03:
        helper = chance.choice([p.employee_no for p in doing("pre_sales", chat.shop) if p.employee_no != agent])
        return ((agent, 2), (helper, 1))
    return ((agent, 1),)


def _remark(chance: random.Random, sellers: tuple[tuple[str, int], ...]) -> str:
    if not sellers:
        return chance.choice(wording.SILENT_REMARKS)
    return chance.choice(wording.REMARKS).format(no=sellers[0][0])


def order_rows(orders: Iterable[Order]) -> list[dict[str, str]]:
    """The orders as a shop exports them: a row for each position; who sold stands in the remark, shares in a column."""
    rows = []
    for order in orders:
        common = {
            "店铺": order.shop,
            "订单编号": order.order_no,
            "买家会员名": order.buyer,
            "下单时间": wall(order.placed_at),
            "付款时间": wall(order.paid_at),
            "发货时间": wall(order.shipped_at),
            "完成时间": wall(order.completed_at),
            "取消时间": wall(order.cancelled_at),
            "卖家备注": order.remark,
            "工号": ",".join(f"{who}:{weight}" for who, weight in order.sellers) if len(order.sellers) > 1 else "",
        }
        rows += [
            common
            | {
                "商品编码": line.goods.sku,
                "商品名称": line.goods.title,
                "数量": str(line.quantity),
                "单价": str(line.goods.price),
                "优惠金额": str(line.discount),
            }
            for line in order.lines
        ]
    return rows
