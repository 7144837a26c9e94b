"""A stored payslip in words: every line and every entry with its sentence."""

from collections.abc import Mapping
from typing import Any

from payroll.domain.line import Line
from payroll.domain.record import read_line
from payroll.domain.sentences import entry_sentence, sentence


def explained(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Shape one payslip, given as its record `content` with `name`, `sequence` and `issued_at`."""
    content: dict[str, Any] = row["content"]
    lines = [_line(said, read_line(said)) for said in content["lines"]]
    return content | {name: row[name] for name in ("name", "sequence", "issued_at")} | {"lines": lines}


def _line(said: Mapping[str, Any], line: Line) -> dict[str, Any]:
    """Say a stored line in words: one sentence for it, and one for each of its entries."""
    entries = [
        {
            "event_id": entry.event_id,
            "about": entry.about,
            "day": entry.day,
            "amount": entry.amount,
            "result": entry.result,
            "explanation": entry_sentence(line, entry)._asdict(),
        }
        for entry in line.entries
    ]
    steps = [{"zh": zh, "en": en, "value": value} for zh, en, value in said["steps"]]
    return dict(said) | {"explanation": sentence(line)._asdict(), "entries": entries, "steps": steps}
