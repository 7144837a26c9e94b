"""One conversation: what is said, and how long each answer takes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from demo import wording

LONGEST = timedelta(minutes=24)
"""No conversation takes longer, slow ones included."""

Sender = Literal["买家", "客服", "机器人"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message, in the time of the wall."""

    at: datetime
    sender: Sender
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and about what is spoken, and whether the agent is slow: with the greeting, with the first answer."""

    shop: str
    agent: str
    title: str
    slow_greeting: bool
    slow_reply: bool
    openings: Sequence[str]
    answers: Sequence[str]


def written(chance: random.Random, moment: datetime, setting: Setting) -> tuple[Message, ...]:
    """Write a conversation that begins at `moment`; the agent always has the last word."""
    said = [Message(moment, "买家", chance.choice(setting.openings).format(title=setting.title))]

    def later(least: int, most: int, sender: Sender, text: str) -> None:
        said.append(Message(_last(said).at + timedelta(seconds=chance.randrange(least, most)), sender, text))

    def answer(text: str, waited: int) -> None:
        said.append(Message(_last(said).at + timedelta(seconds=waited), "客服", text))

    greeting = chance.choice(wording.GREETINGS).format(name=setting.agent, shop=setting.shop)
    answer(greeting, chance.randrange(33, 110) if setting.slow_greeting else chance.randrange(4, 28))
    questions = chance.choices(wording.QUESTIONS, k=chance.choices((0, 1, 2, 3), (25, 45, 22, 8))[0])
    if setting.slow_reply and not questions:
        questions = [chance.choice(wording.QUESTIONS)]
    for place, question in enumerate(questions):
        later(8, 75, "买家", question.format(city=chance.choice(wording.CITIES)))
        slow = setting.slow_reply and place == 0
        answer(chance.choice(setting.answers), chance.randrange(190, 480) if slow else _wait(chance))
    if chance.random() < 0.35:
        later(8, 60, "买家", chance.choice(wording.CLOSING_BUYERS))
        answer(chance.choice(wording.FAREWELLS).format(name=setting.agent), _wait(chance))
    if chance.random() < 0.7:
        robot = Message(moment + timedelta(seconds=1), "机器人", wording.AUTOMATIC.format(shop=setting.shop))
        said.insert(1, robot)
    return tuple(said)


def _last(said: Sequence[Message]) -> Message:
    return said[-1]


def _wait(chance: random.Random) -> int:
    """Draw the seconds of an ordinary answer: mostly under a minute, never near three."""
    return min(6 + round(chance.expovariate(1 / 26)), 165)
