"""Regular expressions that a stranger may write: only those whose matching cannot take for ever.

Python's engine tries every way in which a pattern can match. That is harmless as long as each next character leaves one
way to go on; it is exponential when a repeated part can be split in two ways (`(a+)+`), and polynomial with one power
for each repetition whose end is not certain (`.*.*x`) and one more for searching at every place. So the pattern is read
as an automaton of character positions (Glushkov), in which all this can be seen; one uncertain repetition is allowed
where a match cannot begin at every place: after `^`, or when no repetition runs over a character that can begin one.
Texts to be searched are bounded too.
"""

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chassis.imports.refusing import Reason

LONGEST = 1000
"""Characters of a text that will be searched."""
POSITIONS = 150
WAYS = 8
"""How often, in all, a pattern may be left with several ways to go on outside its repetitions."""

_parser: Any = importlib.import_module("re._parser")
_SAMPLES = [chr(c) for c in range(128)] + list("中文字号０９ａＺ，：；、。（）　é٣ßİ—😀")
_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


class PatternRefused(Exception):
    """The pattern is wrong, or matching it could take too long; the reason says how to write it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Reason(zh, en)


@dataclass
class Automaton:
    """Which character position of the pattern may follow which."""

    universe: list[str]
    holds: list[frozenset[str]] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)

    def position(self, characters: Iterable[str]) -> int:
        if len(self.holds) >= POSITIONS:
            raise PatternRefused(
                f"超过 {POSITIONS} 个字符，请缩短", f"it has more than {POSITIONS} characters; shorten it"
            )
        self.holds.append(frozenset(characters))
        self.follow.append(set())
        return len(self.holds) - 1


@dataclass(frozen=True)
class Piece:
    """A part of the pattern: may it be empty, and which positions can begin and end it."""

    empty: bool = True
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern from a profile; raises PatternRefused with the reason and the remedy."""
    try:
        compiled = re.compile(pattern)
        tree = _parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternRefused(f"不是正则表达式：{error}", f"it is no regular expression: {error}") from error
    if tree.state.flags & ~re.UNICODE:
        raise PatternRefused(
            "不支持 (?i) 等标志，请写成 [Aa]", "flags such as (?i) are not understood here; write [Aa]"
        )
    universe = sorted({*_SAMPLES, *_neighbours(pattern)})
    automaton = Automaton(universe)
    whole = _sequence(automaton, tree)
    anchored = str(tree[:1]) == "[(AT, AT_BEGINNING)]"
    _refuse_slow(automaton, whole.first, anchored=anchored)
    return compiled


def _neighbours(pattern: str) -> Iterator[str]:
    """Give the characters written in the pattern and those beside them: where two ranges meet, one of these lies."""
    for character in pattern:
        for code in (ord(character) - 1, ord(character), ord(character) + 1):
            if 0 <= code <= 0x10FFFF:
                yield chr(code)


def _sequence(automaton: Automaton, items: Iterable[Any]) -> Piece:
    whole = Piece()
    for item in items:
        piece = _piece(automaton, item)
        for position in whole.last:
            automaton.follow[position] |= piece.first
        whole = Piece(
            whole.empty and piece.empty,
            whole.first | piece.first if whole.empty else whole.first,
            whole.last | piece.last if piece.empty else piece.last,
        )
    return whole


def _piece(automaton: Automaton, item: Any) -> Piece:
    name, argument = str(item[0]), item[1]
    if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        position = automaton.position(c for c in automaton.universe if _holds(item, c))
        return Piece(False, frozenset((position,)), frozenset((position,)))
    if name == "AT":
        return Piece()
    if name == "SUBPATTERN":
        _, added, removed, items = argument
        if added or removed:
            raise PatternRefused(
                "不支持 (?i:…) 等标志，请写成 [Aa]", "flags such as (?i:…) are not understood here; write [Aa]"
            )
        return _sequence(automaton, items)
    if name == "ATOMIC_GROUP":
        return _sequence(automaton, argument)
    if name == "BRANCH":
        pieces = [_sequence(automaton, items) for items in argument[1]]
        if (
            sum(piece.empty for piece in pieces) > 1
        ):  # so are equal choices, once the engine has taken out what is common
            raise _empty_twice()
        return Piece(
            any(p.empty for p in pieces),
            frozenset().union(*(p.first for p in pieces)),
            frozenset().union(*(p.last for p in pieces)),
        )
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _repeat(automaton, *argument)
    raise PatternRefused(
        "不支持环视、反向引用和条件",
        "it looks around or back at itself; only plain parts, groups, choices and repetitions are understood",
    )


def _empty_twice() -> PatternRefused:
    return PatternRefused(
        "有两种方式可以匹配空文本，如 (a?)?、(a?|b?) 或 (a|a)；请去掉一种",
        "it can match nothing in two ways, as (a?)?, (a?|b?) or (a|a) do; drop one of them",
    )


def _repeat(automaton: Automaton, least: int, most: int, items: Any) -> Piece:
    if most == 0:
        return Piece()
    if least == most:  # an exact count leaves no choice
        if least > POSITIONS:
            raise PatternRefused(
                f"重复超过 {POSITIONS} 次，请缩短", f"it repeats more than {POSITIONS} times; shorten it"
            )
        return _sequence(automaton, list(items) * least)
    body = _sequence(automaton, items)
    if most == 1 and body.empty:
        raise _empty_twice()
    if most > 1:
        if body.empty:
            raise PatternRefused(
                "被重复的部分可以为空，如 (a*)*；请让它至少有一个字符",
                "a repeated part may be empty, such as (a*)*; let it hold at least one character",
            )
        for position in body.last:
            if automaton.follow[position] & body.first:
                raise PatternRefused(
                    "重复里套着重复，如 (a+)+；请去掉一层",
                    "a repetition repeats a repetition, such as (a+)+; drop one of them",
                )
            automaton.follow[position] |= body.first
    return Piece(body.empty or least == 0, body.first, body.last)


def _refuse_slow(automaton: Automaton, start: frozenset[int], *, anchored: bool) -> None:
    reach = _reachable(automaton.follow)
    repeated = set[str]().union(*(automaton.holds[p] for p in range(len(reach)) if p in reach[p]))
    anchored = anchored or not any(repeated & automaton.holds[p] for p in start)
    ways, uncertain = 1, set[int]()
    for state, after in [(None, start), *enumerate(automaton.follow)]:
        ordered = sorted(after)
        rivals = [
            (p, q) for i, p in enumerate(ordered) for q in ordered[i + 1 :] if automaton.holds[p] & automaton.holds[q]
        ]
        inside = {p for p in after if state is not None and state in reach[p]}
        if any(p in inside and q in inside for p, q in rivals):
            raise PatternRefused(
                "被重复的部分遇到同一个字符有两种走法，请让各分支以不同字符开头",
                "a repeated part can go on in two ways with the same character; begin them differently",
            )
        leaving = {p if p in inside else q for p, q in rivals if p in inside or q in inside}
        uncertain |= {min(reach[p]) for p in leaving}
        ways *= max(1, len({p for pair in rivals for p in pair} - inside))
    if len(uncertain) > (1 if anchored else 0):
        raise PatternRefused(
            "有重复不能确定在哪里结束，如 .*x；开头和结尾的 .* 可以直接去掉，或以 ^ 开头并只留一处",
            "the end of a repetition is not certain, as in .*x; drop it at either end, or begin with ^ and keep one",
        )
    if ways > WAYS:
        raise PatternRefused(
            "遇到同一个字符的走法太多，请让各分支以不同字符开头",
            "it can go on in too many ways with the same character; begin its choices differently",
        )


def _reachable(follow: list[set[int]]) -> list[set[int]]:
    reach = [set(after) for after in follow]
    for middle in range(len(follow)):
        for after in reach:
            if middle in after:
                after.update(reach[middle])
    return reach


def _holds(item: Any, character: str) -> bool:
    name, argument = str(item[0]), item[1]
    if name == "LITERAL":
        return bool(argument == ord(character))
    if name == "NOT_LITERAL":
        return bool(argument != ord(character))
    if name == "ANY":
        return character != "\n"
    if name == "RANGE":
        return bool(argument[0] <= ord(character) <= argument[1])
    if name == "CATEGORY":
        return re.match(_CATEGORIES[str(argument)], character) is not None
    negated = str(argument[0][0]) == "NEGATE"
    return negated != any(_holds(part, character) for part in argument[1 if negated else 0 :])
