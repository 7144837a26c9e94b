"""Chats: who talked with whom about what, and which of them lead to an order.

Whoever is planned to be slow is slow exactly as often as planned: every other answer comes well within the limits.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import wording
from demo.attended import Attended
from demo.conversation import LONGEST, Message, Setting, written
from demo.goods import Goods, asked_about
from demo.month import Month, wall
from demo.people import JD, Person
from demo.plan import CONVERSION, LATE_GREETINGS, OVERDUE_REPLIES

BEFORE_SALES, AFTER_SALES = 7900, 1100


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of one buyer with one agent; `order_no` is of those after the sale."""

    chat_no: str
    shop: str
    agent: Person
    buyer: str
    goods: Goods
    messages: tuple[Message, ...]
    buys: bool = False
    order_no: str = ""

    @property
    def ended_at(self) -> datetime:
        return self.messages[-1].at


@dataclass(frozen=True, slots=True)
class Begun:
    """A chat that is to be written."""

    number: int
    at: datetime
    agent: Person
    slow_greeting: bool
    slow_reply: bool


@dataclass(frozen=True, slots=True)
class Concern:
    """The order that a chat after the sale is about."""

    shop: str
    order_no: str
    buyer: str
    goods: Goods


def before_sales(month: Month, attended: Sequence[Attended]) -> list[Chat]:
    """Write the chats of those who sell."""
    chance = month.chance("chats")
    at_work = [one for one in attended if one.duty.person.work == "pre_sales"]
    chats = []
    for begun in _begun(month, "chat times", at_work, BEFORE_SALES):
        goods, shop = asked_about(chance), begun.agent.shop
        messages = _messages(chance, begun, shop, goods, (wording.OPENINGS, wording.ANSWERS))
        buyer = wording.buyer_name(chance, jd=shop == JD)
        buys = chance.random() < CONVERSION[begun.agent.employee_no]
        chat_no = f"C{month.first:%y%m}{begun.number:06d}"
        chats.append(Chat(chat_no, shop, begun.agent, buyer, goods, messages, buys))
    return chats


def after_sales(
    month: Month, attended: Sequence[Attended], concern: Callable[[random.Random, datetime], Concern]
) -> list[Chat]:
    """Write the chats of after-sales, from the fifth day on; `concern` draws an order that was sent off by then."""
    chance = month.chance("after-sales chats")
    at_work = [one for one in attended if one.duty.person.work == "after_sales" and one.duty.day >= month.days[4]]
    chats = []
    for begun in _begun(month, "after-sales times", at_work, AFTER_SALES):
        about = concern(chance, begun.at)
        messages = _messages(chance, begun, about.shop, about.goods, (wording.AFTER_OPENINGS, wording.AFTER_ANSWERS))
        chat_no = f"S{month.first:%y%m}{begun.number:06d}"
        chats.append(
            Chat(chat_no, about.shop, begun.agent, about.buyer, about.goods, messages, order_no=about.order_no)
        )
    return chats


def _messages(
    chance: random.Random, begun: Begun, shop: str, goods: Goods, phrases: tuple[Sequence[str], Sequence[str]]
) -> tuple[Message, ...]:
    title = goods.title.split(" ")[0]
    setting = Setting(shop, begun.agent.name, title, begun.slow_greeting, begun.slow_reply, *phrases)
    return written(chance, begun.at, setting)


def _begun(month: Month, subject: str, at_work: Sequence[Attended], wanted: int) -> Iterator[Begun]:
    """Draw `wanted` beginnings in the order of time, each while its agent has time enough before the next break."""
    chance = month.chance(subject)
    free = [
        (start + timedelta(minutes=2), end - LONGEST, one.duty.person)
        for one in at_work
        for start, end in one.intervals
        if end - start > LONGEST + timedelta(minutes=5)
    ]
    lengths = [(until - since).total_seconds() for since, until, _ in free]
    drawn = [
        (since + timedelta(seconds=chance.randrange(int((until - since).total_seconds()))), agent)
        for since, until, agent in chance.choices(free, lengths, k=wanted)
    ]
    drawn.sort(key=lambda begin: (begin[0], begin[1].employee_no))
    chats = Counter(agent.employee_no for _, agent in drawn)
    late, overdue = (
        {who: set(chance.sample(range(count), planned.get(who, 0))) for who, count in chats.items()}
        for planned in (LATE_GREETINGS, OVERDUE_REPLIES)
    )
    seen: Counter[str] = Counter()
    for number, (moment, agent) in enumerate(drawn, start=1):
        who = agent.employee_no
        yield Begun(number, moment, agent, seen[who] in late[who], seen[who] in overdue[who])
        seen[who] += 1


def chat_rows(chats: Sequence[Chat]) -> list[dict[str, str]]:
    """The chats as a help desk exports them: a row for each message."""
    return [
        {
            "会话编号": chat.chat_no,
            "店铺": chat.shop,
            "买家": chat.buyer,
            "客服工号": chat.agent.employee_no,
            "消息编号": f"{chat.chat_no}-{place}",
            "发送时间": wall(message.at),
            "发送方": message.sender,
            "内容": message.text,
            "订单编号": chat.order_no,
        }
        for chat in chats
        for place, message in enumerate(chat.messages, start=1)
    ]
