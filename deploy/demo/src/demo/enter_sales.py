"""What was sold, as finance enters it, and what the shops agreed about it."""

from typing import Any

from rich.progress import Progress

from demo.asking import checked, once, pages, until
from demo.cast import Cast
from demo.department import Department
from demo.files_in import File, hand_in
from demo.people import COUNTER, LEAD, SHOPS, TRIES, doing
from demo.plan import CHASED_DAYS
from demo.returns import Return

ORDERS = File("订单.csv", "orders", "orders", "generic")
REFUNDS_PROFILE = """
title: {zh: 退款明细, en: Refunds}
records:
  - kind: refunds
    fields:
      shop: 店铺
      refund_no: 退款编号
      order_no: 订单编号
      line_no: 行号
      executed_at: 退款时间
      amount: 退款金额
      reason: 退款原因
"""
REFUNDS = File("退款.csv", "orders", "refunds", REFUNDS_PROFILE)
NO_CHASE_MINUTES = 7 * 24 * 60
"""The longest that can be allowed: an unpaid order is closed before."""


def arrange_shops(cast: Cast, made: Department) -> None:
    """Say who answers for what in the shops, and who alone pays refunds."""
    first, chased = made.month.first, made.month.days[-CHASED_DAYS]
    for shop in SHOPS:
        specialist = doing("office", shop)[0].employee_no
        for name, value, day in (
            ("dispatch_holders", COUNTER, first),
            ("operations_specialist", specialist, first),
            ("payment_chase_minutes", str(NO_CHASE_MINUTES), first),
            ("payment_chase_minutes", "60", chased),
        ):
            body = {"name": name, "shop": shop, "value": value, "valid_from": str(day)}
            checked(cast["boss"].post("/api/orders/settings", json=body, headers=once(f"{name}-{shop}-{day}")))
        seat = {"employee_no": LEAD, "valid_from": str(first)}
        checked(cast["boss"].put(f"/api/orders/shops/{shop}/refund-seat", json=seat))


def enter_orders(cast: Cast, made: Department, files: dict[str, bytes], progress: Progress) -> None:
    """Hand the orders of both shops in, and who reminded whom to pay."""
    hand_in(cast["finance"], ORDERS, files[ORDERS.name], progress)
    for order, moment in progress.track(made.chases, description="催付 / reminders to pay"):
        body = {"employee_no": order.sellers[0][0], "at": f"{moment.isoformat()}+08:00"}
        path = f"/api/orders/orders/{order.shop}/{order.order_no}/chases"
        checked(cast[LEAD].post(path, json=body, headers=once(f"chase-{order.order_no}")))


def enter_refunds(cast: Cast, files: dict[str, bytes], progress: Progress) -> None:
    """Hand in what the shops have paid back."""
    hand_in(cast["finance"], REFUNDS, files[REFUNDS.name], progress)


def pay_through_the_gate(cast: Cast, made: Department, progress: Progress) -> None:
    """Let the last returns of the month be paid one by one: who does not hold the seat is stopped, who holds it pays.

    These acts are of today, whatever month was made up: their reversals stand in the running month.
    """
    for place, one in enumerate(progress.track(made.acts, description="退款审批 / refunds through the gate")):
        shop, number = one.order.shop, one.number
        wanted = {
            "shop": shop,
            "order_no": one.order.order_no,
            "refund_no": number,
            "line_no": one.line_no,
            "amount": str(one.amount),
            "goods_come_back": True,
            "reason": one.reason,
        }
        checked(cast[LEAD].post("/api/orders/refunds", json=wanted, headers=once(f"ask-{number}")))
        if _goods_back(cast, one)["executed"]:
            continue
        path = f"/api/orders/refunds/{shop}/{number}/execute"
        if place == 0:
            checked(cast[TRIES].post(path), fine=(403,))
        checked(cast[LEAD].post(path))


def _goods_back(cast: Cast, one: Return) -> dict[str, Any]:
    """Wait until orders has heard that the goods are booked back, and give the request as it stands."""

    def request() -> dict[str, Any]:
        found = pages(cast[LEAD], "/api/orders/refunds/requests", shop=one.order.shop, order_no=one.order.order_no)
        return next(asked for asked in found if asked["refund_no"] == one.number)

    return until("the goods known to be back", request, lambda seen: bool(seen["goods_back"]))
