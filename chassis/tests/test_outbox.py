"""An event's bytes are written by hand; read back through the contract they must be what was announced."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.door import Door
from chassis.outbox import Outgoing, encode
from contracts.attendance import EmployeeLeft
from contracts.envelope import Envelope

ID = UUID("01a20003-0000-7000-8000-000000000001")
AT = datetime(2026, 11, 2, 3, 4, 5, 678901, tzinfo=ZoneInfo("Asia/Shanghai"))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(about=WORDS, actor=WORDS, correlation=WORDS, who=WORDS, cause=st.none() | WORDS)
def test_whatever_is_said_comes_back(about: str, actor: str, correlation: str, who: str, cause: str | None) -> None:
    door = Door(AT, actor, correlation, ZoneInfo("Asia/Shanghai"), causation_id=cause, traceparent=cause)
    data = EmployeeLeft(employee_no=who, leave_date=date(2026, 11, 30))
    row = encode(Outgoing(data, about=about, time=AT, event_id=ID), door)
    event = Envelope[EmployeeLeft].model_validate_json(row.body)
    assert event.data == data
    assert (event.id, event.type, event.source) == (ID, "employee.left", "/attendance")
    assert (event.subject, event.actor, event.correlationid) == (about, actor, correlation)
    assert (event.causationid, event.traceparent) == (cause, cause)
    assert (event.time, event.recordedat, event.businessdate) == (AT, AT, date(2026, 11, 2))
    assert (row.event_id, row.type, row.about, row.business_date) == (ID, "employee.left", about, date(2026, 11, 2))


@pytest.mark.parametrize("hour", [15, 16])
def test_the_business_date_is_the_companys(hour: int) -> None:
    when = datetime(2026, 11, 2, hour, 30, tzinfo=UTC)
    door = Door(when, "a", "c", ZoneInfo("Asia/Shanghai"))
    row = encode(Outgoing(EmployeeLeft(employee_no="A", leave_date=date(2026, 1, 1)), about="A", time=when), door)
    assert row.business_date == date(2026, 11, 2 if hour == 15 else 3)
