"""Requests that ask for several things at once."""

from collections.abc import Sequence
from typing import TypeVar

from chassis.problems import Refusal

V = TypeVar("V")


def all_or_none(name: str, taken: Sequence[V | Refusal]) -> list[V]:
    """Give what became of each; raises the first refusal, its field named by the place in the list."""
    done: list[V] = []
    for place, one in enumerate(taken):
        if isinstance(one, Refusal):
            one.field = f"{name}.{place}.{one.field}" if one.field else f"{name}.{place}"
            raise one
        done.append(one)
    return done
