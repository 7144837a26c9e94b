"""One sentence per payslip line, in both languages: what, by which clause, from how much, and what the law left."""

from payroll.domain.line import Entry, Kind, Line, State
from payroll.domain.money import shown
from payroll.domain.text import Text, joined


def sentence(line: Line) -> Text:
    """Say a line in one sentence."""
    parts = [_head(line), _ground(line)]
    if line.kind is not Kind.SALARY and line.entries:
        parts.append(_entries(line))
    if line.steps:
        parts.append(joined([step.text for step in line.steps], "；", "; "))
    if line.state is State.REVOKED and line.entries:
        parts.append(entry_sentence(line, line.entries[-1]))
    elif line.wanted != line.allowed:
        parts.append(_limited(line))
    text = joined(parts, "；", "; ")
    return Text(f"{text.zh}。", f"{text.en}.")


def entry_sentence(line: Line, entry: Entry) -> Text:
    """Say one entry of a line: `net amount 1,234.50 CNY × rate 1 % = 12.35 CNY`."""
    text = entry.text or line.pattern
    if text is None:
        return Text(shown(entry.result), shown(entry.result))
    return text.filled({"amount": shown(entry.amount), "result": shown(entry.result)})


def _head(line: Line) -> Text:
    return Text(f"{line.title.zh} {shown(line.allowed)}", f"{line.title.en} {shown(line.allowed)}")


def _ground(line: Line) -> Text:
    document, clause = line.source
    return Text(
        f"依据 {document.zh} {clause}（条款 {line.clause_id}，版本 {line.version}）",
        f"by {document.en}, {clause} (clause {line.clause_id}, version {line.version})",
    )


def _entries(line: Line) -> Text:
    count = len(line.entries)
    first = entry_sentence(line, line.entries[0])
    if count == 1:
        return Text(f"{line.entries[0].about}：{first.zh}", f"{line.entries[0].about}: {first.en}")
    about = line.entries[0].about
    return Text(f"共 {count} 笔，例如 {about}：{first.zh}", f"{count} entries, such as {about}: {first.en}")


def _limited(line: Line) -> Text:
    """Say what was wanted, which limits held it back, and what becomes of the rest."""
    limits = joined([_limit_text(limit.title, limit.reference) for limit in line.limits], "，", ", ")
    zh = f"应扣 {shown(-line.wanted)}，本月实扣 {shown(-line.allowed)}"
    en = f"wanted {shown(-line.wanted)}, taken this month {shown(-line.allowed)}"
    if line.carried:
        zh, en = f"{zh}，结转以后月份 {shown(-line.carried)}", f"{en}, carried to later months {shown(-line.carried)}"
    return Text(f"{zh}（{limits.zh}）", f"{en} ({limits.en})") if line.limits else Text(zh, en)


def _limit_text(title: Text, reference: Text | None) -> Text:
    if reference is None:
        return title
    return Text(f"{title.zh}——{reference.zh}", f"{title.en}: {reference.en}")
