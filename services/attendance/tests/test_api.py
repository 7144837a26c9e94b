"""The staff directory over HTTP, on a real database."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chassis import clock
from contracts.attendance import EmployeeHired, EmployeeLeft
from contracts.envelope import Envelope

from .conftest import LIN, Directory

TODAY = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()


async def test_somebody_joins_and_is_announced(directory: Directory) -> None:
    answer = await directory.hire(name=" 林小满 ")
    assert answer.status_code == 201
    assert answer.json() == LIN | {"manager_no": None, "leave_date": None, "valid_from": "2026-03-01"}
    assert (await directory.read("/employees/A001")).json() == answer.json()
    [row] = await directory.rows("SELECT * FROM outbox")
    event = Envelope[EmployeeHired].model_validate_json(row["body"])
    assert event.data.model_dump(mode="json", exclude_none=True) == LIN
    assert (event.type, event.subject, str(event.businessdate)) == ("employee.hired", "A001", "2026-03-01")
    assert event.time.isoformat() == "2026-03-01T00:00:00+08:00"
    [record] = (await directory.read("/employees/A001/records")).json()["items"]
    assert record["event_id"] == str(event.id)
    assert record["recorded_by"] == "hr"


async def test_an_event_knows_what_it_came_from(directory: Directory) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for number, sent in (("A001", trace), ("A002", 'garbage"}')):
        headers = directory.by("hr", "H1") | {"traceparent": sent, "X-Correlation-Id": f"walk-{number}"}
        await directory.http.post("/employees", json=LIN | {"employee_no": number}, headers=headers)
    events = [json.loads(row["body"]) for row in await directory.rows("SELECT body FROM outbox ORDER BY id")]
    assert [(e["correlationid"], e["actor"], e.get("traceparent")) for e in events] == [
        ("walk-A001", "H1", trace),
        ("walk-A002", "H1", None),
    ]


async def test_history_only_grows(directory: Directory) -> None:
    await directory.hire()
    changed = await directory.change("A001", post="组长", work_place=None)
    assert changed.status_code == 200
    assert (changed.json()["post"], changed.json()["work_place"]) == ("组长", None)
    assert changed.json()["valid_from"] == str(TODAY)
    last = TODAY + timedelta(days=30)
    gone = await directory.leave("A001", str(last))
    assert gone.json()["leave_date"] == str(last)
    records = (await directory.read("/employees/A001/records?limit=2")).json()
    rest = (await directory.read(f"/employees/A001/records?limit=2&cursor={records['next']}")).json()
    assert rest["next"] is None
    history = [(r["what"], r["post"], r["valid_from"]) for r in records["items"] + rest["items"]]
    assert history == [
        ("hired", "客服", "2026-03-01"),
        ("changed", "组长", str(TODAY)),
        ("left", "组长", str(last)),
    ]
    events = await directory.rows("SELECT type, business_date, body FROM outbox ORDER BY id")
    assert [e["type"] for e in events] == ["employee.hired", "employee.changed", "employee.left"]
    assert "work_place" not in json.loads(events[1]["body"])["data"]
    assert Envelope[EmployeeLeft].model_validate_json(events[2]["body"]).data.leave_date == last
    assert events[2]["business_date"] == last


async def test_nothing_new_writes_nothing(directory: Directory) -> None:
    await directory.hire()
    assert (await directory.change("A001", post="客服")).status_code == 200
    await directory.leave("A001", str(TODAY))
    assert (await directory.leave("A001", str(TODAY))).status_code == 200
    [counts] = await directory.rows(
        "SELECT (SELECT count(*) FROM employee_records) AS records, (SELECT count(*) FROM outbox) AS events"
    )
    assert counts == {"records": 2, "events": 2}


UNFIT: list[tuple[dict[str, Any], str, str]] = [
    ({"name": "a\u202eb"}, "text-misleads", "name"),
    ({"name": "a\x00b"}, "text-misleads", "name"),
    ({"name": "  "}, "text-is-blank", "name"),
    ({"employee_no": "a/b"}, "number-cannot-be-addressed", "employee_no"),
    ({"manager_no": "A999"}, "manager-is-unknown", "manager_no"),
    ({"manager_no": "A001"}, "manages-themselves", "manager_no"),
    ({"hire_date": str(TODAY + timedelta(days=400))}, "date-is-implausible", "hire_date"),
    ({"hire_date": "2026-02-30"}, "request-invalid", "hire_date"),
    ({"salary": 1}, "request-invalid", "salary"),
    ({"name": "x" * 101}, "request-invalid", "name"),
]


async def test_refusals_name_the_field(directory: Directory) -> None:
    for said, code, field in UNFIT:
        answer = await directory.hire(**said)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)
        assert answer.headers["content-type"] == "application/problem+json"
    assert await directory.rows("SELECT 1 FROM employee_records") == []


async def test_a_number_belongs_to_one_person_at_a_time(directory: Directory) -> None:
    answers = await asyncio.gather(*(directory.hire(name=f"人{i}") for i in range(6)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"employee-number-taken"}
    assert len(await directory.rows("SELECT 1 FROM outbox")) == 1


async def test_a_number_comes_back_with_the_person(directory: Directory) -> None:
    await directory.hire()
    await directory.leave("A001", "2026-06-30")
    assert (await directory.hire(hire_date="2026-06-30")).status_code == 409
    again = await directory.hire(hire_date="2026-07-01")
    assert (again.status_code, again.json()["leave_date"]) == (201, None)


async def test_the_same_key_hires_once(directory: Directory) -> None:
    headers = directory.by("hr") | {"Idempotency-Key": "k1"}
    first = await directory.http.post("/employees", json=LIN, headers=headers)
    second = await directory.http.post("/employees", json=LIN, headers=headers)
    other = await directory.http.post("/employees", json=LIN | {"employee_no": "A002"}, headers=headers)
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == second.json()
    assert len(await directory.rows("SELECT 1 FROM employee_records")) == 1


async def test_out_of_order_and_gone(directory: Directory) -> None:
    await directory.hire()
    early = await directory.change("A001", post="组长", valid_from="2026-02-28")
    assert (early.status_code, early.json()["field"]) == (422, "valid_from")
    assert "2026-03-01" in early.json()["detail_zh"]
    before = await directory.leave("A001", "2026-02-28")
    assert (before.status_code, before.json()["code"]) == (422, "leaves-before-hire")
    await directory.leave("A001", "2026-06-30")
    assert (await directory.leave("A001", "2026-07-01")).status_code == 409
    changed = await directory.change("A001", post="组长")
    assert (changed.status_code, changed.json()["code"]) == (409, "employee-has-left")


async def test_pages_and_filters(directory: Directory) -> None:
    for i in range(7):
        await directory.hire(employee_no=f"A{i}", department="一部" if i % 2 else "二部")
    await directory.leave("A6", "2026-05-31")
    seen, cursor = [], ""
    while cursor is not None:
        page = (await directory.read(f"/employees?limit=3{cursor and '&cursor=' + cursor}")).json()
        seen += [e["employee_no"] for e in page["items"]]
        cursor = page["next"]
    assert seen == [f"A{i}" for i in range(7)]

    async def numbers(**query: str) -> list[str]:
        answer = await directory.http.get("/employees", params=query, headers=directory.by("finance"))
        return [e["employee_no"] for e in answer.json()["items"]]

    assert await numbers(department="一部") == ["A1", "A3", "A5"]
    assert await numbers(department="二部", employed_on="2026-05-31") == ["A0", "A2", "A4", "A6"]
    assert await numbers(department="二部", employed_on="2026-06-01") == ["A0", "A2", "A4"]
    assert await numbers(employed_on="2026-02-28") == []
    assert await numbers(post="没有") == []


async def test_who_writes(directory: Directory) -> None:
    await directory.hire()
    for role in ("hr", "boss"):
        answer = await directory.http.post("/employees", json=LIN | {"employee_no": role}, headers=directory.by(role))
        assert answer.status_code == 201
    for role in ("employee", "lead", "finance", "service"):
        headers = directory.by(role, "A001")
        answers = [
            await directory.http.post("/employees", json=LIN | {"employee_no": "A002"}, headers=headers),
            await directory.http.patch("/employees/A001", json={"post": "组长"}, headers=headers),
            await directory.http.post("/employees/A001/leave", json={"leave_date": str(TODAY)}, headers=headers),
        ]
        assert [a.status_code for a in answers] == [403, 403, 403], role
    assert len(await directory.rows("SELECT 1 FROM employee_records")) == 3


async def test_who_reads_all(directory: Directory) -> None:
    await directory.hire()
    for role in ("lead", "hr", "finance", "boss"):
        assert (await directory.read("/employees/A001", role)).status_code == 200
        assert len((await directory.read("/employees", role)).json()["items"]) == 1
    assert (await directory.read("/employees", "service")).status_code == 403


async def test_an_employee_sees_only_themselves(directory: Directory) -> None:
    for number in ("A001", "A002"):
        await directory.hire(employee_no=number)
    own = await directory.read("/employees/A002", "employee", "A002")
    assert own.json()["employee_no"] == "A002"
    assert (await directory.read("/employees/A002/records", "employee", "A002")).status_code == 200
    listed = await directory.read("/employees", "employee", "A002")
    assert [e["employee_no"] for e in listed.json()["items"]] == ["A002"]
    nobody = await directory.read("/employees", "employee", None)
    assert nobody.json() == {"items": [], "next": None}


async def test_a_foreign_entry_answers_like_an_absent_one(directory: Directory) -> None:
    await directory.hire()
    for rest in ("", "/records"):
        foreign = await directory.read(f"/employees/A001{rest}", "employee", "A002")
        absent = await directory.read(f"/employees/A999{rest}", "employee", "A002")
        said = [{k: v for k, v in a.json().items() if k != "correlation_id"} for a in (foreign, absent)]
        assert foreign.status_code == absent.status_code == 404
        assert said[0] == said[1]


async def test_without_a_token_nothing_is_said(directory: Directory) -> None:
    for path in ("/employees", "/employees/A001", "/employees/A001/records"):
        assert (await directory.http.get(path)).status_code == 401
