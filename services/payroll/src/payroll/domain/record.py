"""A payslip as a plain record and back: what is stored with the line is all that explains it, for ever."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from payroll.domain.clause import LegalClass, Source, Step
from payroll.domain.line import Balance, Entry, Kind, Limit, Line, State
from payroll.domain.payslip import Payslip, Recommendation
from payroll.domain.text import Text

Plain = dict[str, Any]


def payslip_record(payslip: Payslip) -> Plain:
    """Write a payslip as JSON values: amounts and dates as text, so that they read back exactly."""
    return {
        "employee_no": payslip.employee_no,
        "period": str(payslip.period),
        "gross": str(payslip.gross),
        "net": str(payslip.net),
        "lines": [line_record(line) for line in payslip.lines],
        "remarks": [text._asdict() for text in payslip.remarks],
        "problems": [text._asdict() for text in payslip.problems],
        "recommendations": [_recommendation(said) for said in payslip.recommendations],
        "balances": [balance_record(balance) for balance in payslip.balances],
    }


def lines_of(content: Mapping[str, Any]) -> list[Line]:
    """Read the lines of a stored payslip."""
    return [read_line(line) for line in content["lines"]]


def line_record(line: Line) -> Plain:
    """Write one line as JSON values."""
    return {
        "key": line.key,
        "kind": line.kind.value,
        "clause_id": line.clause_id,
        "version": line.version,
        "title": line.title._asdict(),
        "source": _source(line.source),
        "pool": line.pool,
        "legal_class": line.legal_class.value if line.legal_class else None,
        "wanted": str(line.wanted),
        "allowed": str(line.allowed),
        "carried": str(line.carried),
        "since": str(line.since),
        "inputs": dict(line.inputs) if line.inputs else {},
        "steps": [[step.text.zh, step.text.en, step.value] for step in line.steps],
        "pattern": line.pattern._asdict() if line.pattern else None,
        "entries": [_entry(entry) for entry in line.entries],
        "limits": [_limit(limit) for limit in line.limits],
        "noticed_on": str(line.noticed_on) if line.noticed_on else None,
        "decided_on": str(line.decided_on) if line.decided_on else None,
        "balance_id": line.balance_id,
        "state": line.state.value if line.state else None,
        "event_id": str(line.event_id) if line.event_id else None,
        "window": line.window,
        **({"belongs_to": line.belongs_to} if line.belongs_to else {}),
    }


def _recommendation(said: Recommendation) -> Plain:
    return {
        "clause_id": said.clause_id,
        "version": said.version,
        "title": said.title._asdict(),
        "source": _source(said.source),
        "what": said.what._asdict(),
        "about": said.about,
        "day": str(said.day),
        "event_id": str(said.event_id) if said.event_id else None,
        "window": said.window,
        "steps": [[step.text.zh, step.text.en, step.value] for step in said.steps],
    }


def read_line(said: Mapping[str, Any]) -> Line:
    """Read a line back from its record."""
    return Line(
        key=said["key"],
        kind=Kind(said["kind"]),
        clause_id=said["clause_id"],
        version=said["version"],
        title=Text(**said["title"]),
        source=_read_source(said["source"]),
        pool=said["pool"],
        legal_class=LegalClass(said["legal_class"]) if said["legal_class"] else None,
        wanted=Decimal(said["wanted"]),
        allowed=Decimal(said["allowed"]),
        carried=Decimal(said["carried"]),
        since=date.fromisoformat(said["since"]),
        inputs=said["inputs"] or None,
        steps=tuple(Step(Text(zh, en), value) for zh, en, value in said["steps"]),
        pattern=Text(**said["pattern"]) if said["pattern"] else None,
        entries=tuple(read_entry(entry) for entry in said["entries"]),
        limits=tuple(_read_limit(limit) for limit in said["limits"]),
        noticed_on=date.fromisoformat(said["noticed_on"]) if said["noticed_on"] else None,
        decided_on=date.fromisoformat(said["decided_on"]) if said.get("decided_on") else None,
        balance_id=said["balance_id"],
        state=State(said["state"]) if said["state"] else None,
        event_id=UUID(said["event_id"]) if said["event_id"] else None,
        window=said["window"],
        belongs_to=said.get("belongs_to"),
    )


def balance_record(balance: Balance) -> Plain:
    """Write a carried amount as JSON values."""
    return {
        "id": balance.id,
        "employee_no": balance.employee_no,
        "kind": balance.kind.value,
        "clause_id": balance.clause_id,
        "version": balance.version,
        "title": balance.title._asdict(),
        "source": _source(balance.source),
        "pool": balance.pool,
        "legal_class": balance.legal_class.value,
        "outstanding": str(balance.outstanding),
        "since": str(balance.since),
        "noticed_on": str(balance.noticed_on) if balance.noticed_on else None,
        "event_id": str(balance.event_id) if balance.event_id else None,
        "window": balance.window,
    }


def read_balance(said: Mapping[str, Any]) -> Balance:
    """Read a carried amount back from its record."""
    return Balance(
        id=said["id"],
        employee_no=said["employee_no"],
        kind=Kind(said["kind"]),
        clause_id=said["clause_id"],
        version=said["version"],
        title=Text(**said["title"]),
        source=_read_source(said["source"]),
        pool=said["pool"],
        legal_class=LegalClass(said["legal_class"]),
        outstanding=Decimal(said["outstanding"]),
        since=date.fromisoformat(said["since"]),
        noticed_on=date.fromisoformat(said["noticed_on"]) if said["noticed_on"] else None,
        event_id=UUID(said["event_id"]) if said["event_id"] else None,
        window=said["window"],
    )


def _entry(entry: Entry) -> list[Any]:
    """Write an entry as a short list; a month has hundreds. A sale that is the event itself is written as 1."""
    id, about, day, amount, exact, result, sold, text = entry
    sale = None if sold is None else 1 if sold is id or sold == id else str(sold)
    digits = None if exact == result else str(exact)
    head = [str(id), about, str(day), str(amount), str(result), digits, sale]
    return [*head, *text] if text else head


def read_entry(said: Sequence[Any]) -> Entry:
    """Read an entry back from its short list."""
    id, about, day, amount, result, exact, sale = said[:7]
    event_id = UUID(id)
    return Entry(
        event_id=event_id,
        about=about,
        day=date.fromisoformat(day),
        amount=Decimal(amount),
        exact=Decimal(exact if exact is not None else result),
        result=Decimal(result),
        sale=event_id if sale == 1 else UUID(sale) if sale else None,
        text=Text(*said[7:9]) if len(said) > 7 else None,
    )


def _source(source: Source) -> Plain:
    return {"document": source.document._asdict(), "clause": source.clause}


def _read_source(said: Mapping[str, Any]) -> Source:
    return Source(Text(**said["document"]), said["clause"])


def _limit(limit: Limit) -> Plain:
    return {
        "title": limit.title._asdict(),
        "amount": str(limit.amount) if limit.amount is not None else None,
        "reference": limit.reference._asdict() if limit.reference else None,
        "confidence": limit.confidence,
    }


def _read_limit(said: Mapping[str, Any]) -> Limit:
    return Limit(
        title=Text(**said["title"]),
        amount=Decimal(said["amount"]) if said["amount"] is not None else None,
        reference=Text(**said["reference"]) if said["reference"] else None,
        confidence=said["confidence"],
    )
