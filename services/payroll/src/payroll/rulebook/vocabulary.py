"""The words formulas may use: which events bring which fields in which units, and which terms of pay there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from payroll.domain.text import Text
from payroll.rulebook.units import Kind


@dataclass(frozen=True, slots=True)
class Word:
    """Something a formula can name: its kind, and how readers call it."""

    kind: Kind
    title: Text


@dataclass(frozen=True, slots=True)
class EventWords:
    """An event type and the fields that its facts bring."""

    title: Text
    fields: Mapping[str, Word]


_NET = Word(Kind.MONEY, Text("净额", "net amount"))
_SHOP = Word(Kind.TEXT, Text("店铺", "shop"))
_SALE = {"amount": _NET, "shop": _SHOP}
_NO_FIELDS: Mapping[str, Word] = {}

EVENTS: Mapping[str, EventWords] = {
    "order.created": EventWords(Text("下单", "orders placed"), _SALE),
    "order.paid": EventWords(Text("付款订单", "orders paid"), _SALE),
    "order.completed": EventWords(Text("完成订单", "orders completed"), _SALE),
    "order.cancelled": EventWords(Text("取消订单", "orders cancelled"), _SALE),
    "order.operator_assigned": EventWords(Text("订单改派", "orders assigned"), _SALE),
    "refund.executed": EventWords(
        Text("退款", "refunds"), {"amount": Word(Kind.MONEY, Text("退款额", "refunded")), "shop": _SHOP}
    ),
    "inquiry.counted": EventWords(Text("询单人数", "inquiries"), _NO_FIELDS),
    "inquiry.won": EventWords(Text("询单成交人数", "inquiries won"), _NO_FIELDS),
    "loss.confirmed": EventWords(
        Text("认定的损失", "losses confirmed"),
        {
            "amount": Word(Kind.MONEY, Text("损失额", "loss")),
            "clause": Word(Kind.TEXT, Text("依据条款", "clause cited")),
        },
    ),
}

TERMS: Mapping[str, Word] = {
    "base_salary": Word(Kind.MONEY, Text("基本工资", "base salary")),
    "daily_wage": Word(Kind.MONEY, Text("日工资", "daily wage")),
    "years_of_service": Word(Kind.NUMBER, Text("工龄", "years of service")),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one rulebook; a service that reports new facts adds its events here."""

    events: Mapping[str, EventWords]
    terms: Mapping[str, Word]


VOCABULARY = Vocabulary(EVENTS, TERMS)
