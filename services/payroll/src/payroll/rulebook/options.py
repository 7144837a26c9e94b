"""What a clause may choose besides its formulas: pool, confirmation, families, and how occurrences are counted."""

import re
from dataclasses import replace

from payroll.domain.text import Text
from payroll.domain.window import MONTH, NAMES, Window
from payroll.rulebook import tree as t
from payroll.rulebook.problems import ClauseRefused
from payroll.rulebook.shape import ClauseText, PackText
from payroll.rulebook.vocabulary import EventWords
from payroll.rulebook.words import STANDING

ROLLING = re.compile(r"rolling ([1-9][0-9]{0,2}) days")
NO_TITLE = Text("", "")


def pool_title(written: ClauseText, pack: PackText) -> Text:
    """Name the pool of money a clause pays into or takes from. Raises ClauseRefused for one the pack has not."""
    if written.pool is None:
        return NO_TITLE
    if written.pool not in pack.pools:
        known = ", ".join(pack.pools)
        raise _refused(
            written, "pool", f"没有 {written.pool} 这一项工资", f"no pool {written.pool!r}; there are {known}"
        )
    return pack.pools[written.pool]


def confirmed(written: ClauseText) -> bool:
    """Tell whether somebody has to confirm before money is taken: the default. Raises ClauseRefused where none is."""
    if written.legal_class is None:
        if written.confirm is not None:
            raise _refused(written, "confirm", "不扣钱的条款不用确认", "only what takes money is confirmed")
        return False
    return written.confirm != "automatic"


def stacked(written: ClauseText) -> bool:
    """Tell whether a clause is charged besides its family. Raises ClauseRefused for one that has no family."""
    if written.stack is not None and written.family is None:
        raise _refused(written, "stack", "没有 family，stack 没有作用", "`stack` means nothing without a `family`")
    return written.stack is not None


def window_of(written: ClauseText, counts: bool) -> Window:
    """Read how long occurrences are counted together. Raises ClauseRefused where no formula counts any."""
    if written.window is None:
        return MONTH
    if not counts:
        raise _refused(written, "window", "没有公式用到 nth", "no formula reads `nth`")
    if written.window in NAMES:
        return Window(written.window)
    if rolling := ROLLING.fullmatch(written.window):
        return Window("rolling", int(rolling[1]))
    known = f"{', '.join(NAMES)}, rolling 365 days"
    raise _refused(written, "window", f"可写：{known}", f"{written.window!r} is no window: {known}")


def counted_per(written: ClauseText, counts: bool, event: EventWords | None) -> tuple[str, ...]:
    """Read the fields in which facts agree that are counted together. Raises ClauseRefused for unknown ones."""
    if written.per and not counts:
        raise _refused(written, "per", "没有公式用到 nth", "no formula reads `nth`")
    for name in written.per:
        if event is None or name not in event.fields:
            raise _refused(written, "per", f"事件没有字段 {name}", f"the event has no field {name!r}")
    return written.per


def standing_words(rank: t.Node) -> EventWords:
    """Give the words for a place in a rank, in the kind of what people are ranked by."""
    metric = replace(STANDING.fields["metric"], kind=rank.kind)
    return EventWords(STANDING.title, {**STANDING.fields, "metric": metric})


def _refused(clause: ClauseText, key: str, zh: str, en: str) -> ClauseRefused:
    remedy = Text("请修改条款", "change the clause")
    return ClauseRefused(clause.id, key, Text(zh, en), remedy, line=clause.line)
