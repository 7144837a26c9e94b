"""Closing a month: what keeps it open, what the certificate says, and that a closed month stays as it was paid."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from chassis.door import Door
from chassis.relay import chained
from payroll.api.certificate_page import certificate_page
from payroll.commands.close_period import close_period
from payroll.domain.closing import Told
from payroll.domain.errors import ClosedByPreparer, PeriodClosed, PeriodNotClosable
from payroll.queries.closing import evidence_of

from .conftest import SHANGHAI, Payroll
from .sealed_streams import JUNE, MAY, Stream, make_streams, sales, take_in, told_by


async def pending(payroll: Payroll, told: dict[str, Told]) -> list[tuple[str, str | None]]:
    async with payroll.db.opened.reading() as session:
        found = (await evidence_of(session, MAY, told, SHANGHAI)).pending
    assert all(one.zh and one.en for one in found)
    return [(one.code, one.producer) for one in found]


async def close(payroll: Payroll, told: dict[str, Told], who: str = "finance") -> dict[str, Any]:
    async with payroll.db.opened.transaction(Door(JUNE, who, "c", SHANGHAI)) as session:
        return await close_period(session, MAY, told)


async def ready(payroll: Payroll, database: Any) -> dict[str, Stream]:
    """May 2026, sealed by everybody, consumed and issued: 40 orders by A1, commission 1 %."""
    streams = await make_streams(database, sales(40, "A1"))
    await payroll.hired("A1")
    await payroll.adopt()
    for producer, stream in streams.items():
        await take_in(payroll, producer, stream.messages)
    await payroll.assessed()
    await payroll.issue("2026-05")
    return streams


async def test_a_month_is_closed_with_a_certificate_and_announced(payroll: Payroll, database: Any) -> None:
    streams = await ready(payroll, database)
    told = told_by(streams)
    assert await pending(payroll, told) == []
    with pytest.raises(ClosedByPreparer):
        await close(payroll, told, who="hr")
    made = await close(payroll, told)
    content = json.loads(made["content"])
    [orders] = [one for one in content["producers"] if one["producer"] == "orders"]
    assert orders["chain"] == streams["orders"].messages[-2].chain.hex()
    assert all(total["here"] == total["sealed"] for total in orders["totals"] if total["sealed"]["sum"])
    said = (await payroll.get("/periods/2026-05/certificate", "auditor")).json()
    assert (said["fingerprint"], said["closed_by"]) == (made["fingerprint"], "finance")
    assert (await payroll.announced())[-1] == {
        "type": "period.closed",
        "period": "2026-05",
        "certificate": made["fingerprint"],
        "people": content["people"],
        "net": str(Decimal(content["net"])),
    }
    page = await payroll.get("/periods/2026-05/certificate.html", "finance")
    assert page.headers["content-type"].startswith("text/html")
    assert made["fingerprint"] in page.text
    assert "关账证明 2026-05" in page.text
    with pytest.raises(PeriodClosed):
        await close(payroll, told)
    assert (await payroll.get("/periods/2026-05/close", "finance")).json()["closable"] is False
    assert (await payroll.get("/periods/2026-06/certificate", "finance")).json()["code"] == "not-closed"
    assert (await payroll.get("/periods/2026-05/certificate", "employee", "A1")).status_code == 403


async def test_everything_in_the_way_is_listed(payroll: Payroll, database: Any) -> None:
    streams = await make_streams(database, sales(10))
    told = told_by(streams) | {"attendance": Told(answered=False), "inventory": Told(answered=True)}
    await take_in(payroll, "orders", streams["orders"].messages[:4])
    assert set(await pending(payroll, told)) == {
        ("no-answer", "attendance"),
        ("not-sealed", "inventory"),
        ("not-consumed", "orders"),
        ("not-consumed", "service_desk"),
        ("run-not-issued", None),
    }
    with pytest.raises(PeriodNotClosable) as refused:
        await close(payroll, told)
    assert refused.value.code == "period-not-closable"
    assert {one["code"] for one in refused.value.members["pending"]} >= {"no-answer", "run-not-issued"}
    answer = await payroll.post("/periods/2026-05/close", "finance")  # this process knows no peers: nobody answers
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "period-not-closable", "period")
    assert ("no-answer", "orders") in {(one["code"], one["producer"]) for one in answer.json()["pending"]}
    assert (await payroll.post("/periods/2026-05/close", "hr")).status_code == 403
    assert (await payroll.get("/periods/1/close", "finance")).json()["code"] == "period-unreadable"


async def test_the_stream_and_the_service_itself_must_say_the_same(payroll: Payroll, database: Any) -> None:
    told = told_by(await ready(payroll, database))
    seal = told["orders"].seal
    assert seal is not None
    for other in (
        replace_seal(told, chain="00" * 32),
        replace_seal(told, totals={}),
        replace_seal(told, sealed_by="somebody"),
        told | {"orders": told["orders"]._replace(epoch=2)},
    ):
        assert await pending(payroll, other) == [("seal-differs", "orders")]


def replace_seal(told: dict[str, Told], **changed: Any) -> dict[str, Told]:
    seal = told["orders"].seal
    assert seal is not None
    return told | {"orders": told["orders"]._replace(seal=seal._replace(**changed))}


async def test_own_facts_must_come_to_the_totals(payroll: Payroll, database: Any) -> None:
    told = told_by(await ready(payroll, database))
    owner = await asyncpg.connect(payroll.db.owner_url)
    await owner.execute("UPDATE facts SET amount = amount + 1 WHERE type = 'order.completed' AND about = '3'")
    assert await pending(payroll, told) == [("totals-differ", "orders")]
    await owner.execute("UPDATE facts SET amount = amount - 1 WHERE type = 'order.completed' AND about = '3'")
    await owner.execute("DELETE FROM facts WHERE type = 'order.created' AND about = '4'")
    assert await pending(payroll, told) == [("totals-differ", "orders")]
    await owner.close()


async def test_what_lies_in_quarantine_or_undecided_keeps_a_month_open(payroll: Payroll, database: Any) -> None:
    streams = await make_streams(database, sales(10))
    told, messages = told_by(streams), streams["orders"].messages
    for producer, stream in streams.items():
        await take_in(payroll, producer, stream.messages)
    await payroll.hired("B1")
    await payroll.adopt_small_shop()
    await payroll.agree("B1", "5000")
    await payroll.reviewed(date(2026, 5, 20), "B1")
    assert ("not-assessed", None) in await pending(payroll, told)
    await payroll.assessed()
    await payroll.issue("2026-05")
    assert await pending(payroll, told) == [("deductions-undecided", None)]
    [deduction] = await payroll.deductions(state="proposed")
    assert (
        await payroll.post(f"/deductions/{deduction['id']}/waive", "boss", {"reason": "买家误评"})
    ).status_code == 200
    await payroll.assessed()
    assert await pending(payroll, told) == []
    chain = chained(messages[-1].chain, messages[3].body)
    await take_in(payroll, "orders", [replace(messages[3], position=len(messages) + 1, chain=chain)])  # said twice
    assert await pending(payroll, told) == [("quarantine", "orders")]


async def test_facts_that_the_issued_run_did_not_see_are_issued_first(payroll: Payroll, database: Any) -> None:
    streams = await make_streams(database, sales(40, "A1"))
    await payroll.adopt()
    for producer, stream in streams.items():
        await take_in(payroll, producer, stream.messages if producer != "orders" else [])
    await payroll.hired("A1")
    await payroll.issue("2026-05")
    await take_in(payroll, "orders", streams["orders"].messages)
    await payroll.assessed()
    assert await pending(payroll, told_by(streams)) == [("differences-not-issued", None)]
    await payroll.issue("2026-05")
    assert await pending(payroll, told_by(streams)) == []


async def test_late_facts_come_in_the_next_open_month_and_name_theirs(payroll: Payroll, database: Any) -> None:
    await close(payroll, told_by(await ready(payroll, database)))
    before = await payroll.payslip("2026-05", "A1")
    late = await payroll.sold(date(2026, 5, 30), "late", A1="500.00")
    await payroll.sold(date(2026, 6, 10), "june", A1="1000.00")
    refused = await payroll.post("/runs", "hr", {"period": "2026-05"})
    assert (refused.status_code, refused.json()["code"]) == (409, "period-closed")
    figure = {"employee_no": "A1", "period": "2026-05", "type": "inquiry.won", "occurrences": 1, "source": "月报"}
    assert (await payroll.post("/figures", "hr", figure)).json()["code"] == "period-closed"
    await payroll.issue("2026-06")
    june = await payroll.payslip("2026-06", "A1")
    own, difference = june["lines"]
    assert (own["allowed"], own["belongs_to"]) == ("10.00", None)
    assert (difference["allowed"], difference["belongs_to"]) == ("5.00", "2026-05")
    assert str(late) in {entry["event_id"] for entry in difference["entries"]}
    assert "2026-05" in difference["title"]["zh"]
    assert june["net"] == "15.00"
    assert await payroll.payslip("2026-05", "A1") == before
    nothing = await payroll.post("/runs", "hr", {"period": "2026-06"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-differs")
    await payroll.sold(date(2026, 5, 31), "later", A1="300.00")  # June is issued, and open: a further run of June
    more = await payroll.issue("2026-06")
    assert (more["differences"], more["net"]) == (True, "3.00")
    await payroll.refunded(date(2026, 7, 2), late, A1="500.00")  # what was earned late is taken back as well
    await payroll.sold(date(2026, 7, 3), "july", A1="1000.00")
    july = await payroll.running("2026-07", "A1")
    assert [line["allowed"] for line in july["lines"]] == ["10.00", "-5.00"]


async def test_the_database_itself_refuses_a_closed_month(payroll: Payroll, database: Any) -> None:
    await close(payroll, told_by(await ready(payroll, database)))
    [run] = await payroll.rows("SELECT * FROM runs")
    runtime = await asyncpg.connect(payroll.db.url)
    for statement in (
        "INSERT INTO runs SELECT gen_random_uuid(), period, 99, differences, based_on, people, problems, gross, net,"
        f" totals, evidence, prepared_by, prepared_at FROM runs WHERE id = '{run['id']}'",
        f"INSERT INTO run_issues VALUES ('{run['id']}', '2026-05-01', 2, 'x', now())",
        f"INSERT INTO run_payslips VALUES ('{run['id']}', 'Z9', 1, 1, 0, '{{}}')",
        "INSERT INTO figures VALUES (gen_random_uuid(), '2026-05-01', 'A1', 'inquiry.won', 1, 'x', now(), 'x')",
    ):
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError)) as refused:
            await runtime.execute(statement)
        if "run_issues" not in statement:
            assert str(refused.value) == "2026-05 is closed"
    for statement in ("UPDATE run_payslips SET net = 0", "DELETE FROM close_certificates", "DELETE FROM late_facts"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await runtime.execute(statement)
    with pytest.raises(asyncpg.CheckViolationError):  # an older snapshot would not see the certificate
        async with runtime.transaction(isolation="repeatable_read"):
            await runtime.execute(
                "INSERT INTO figures SELECT gen_random_uuid(), '2026-07-01', 'A1', 't', 1, '', now(), 'x'"
            )
    await runtime.close()


def test_nothing_in_the_page_is_markup() -> None:
    evil = "<script>alert(1)</script>"
    content = {"period": "2026-05", "closed_by": evil, "closed_at": "x", "people": 1, "net": "1.00", "runs": []}
    page = certificate_page({"fingerprint": "f", "content": content | {"deductions": {evil: 1}, "producers": []}})
    assert evil not in page
    assert "&lt;script&gt;" in page


async def test_a_seal_of_no_month_is_put_aside_and_not_tried_for_ever(payroll: Payroll, database: Any) -> None:
    [last] = (await make_streams(database, []))["orders"].messages
    body = last.body.replace(b'"period":"2026-05"', b'"period":"2026-13"')
    await take_in(payroll, "orders", [replace(last, body=body, chain=chained(b"", body))])
    [letter] = await payroll.rows("SELECT type, reason FROM quarantine")
    assert (letter["type"], letter["reason"].split(":")[0]) == ("orders.period_sealed", "period-unreadable")
