"""Terms of pay, versions of the rulebook and figures: who may decide what, and what is kept."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis import clock
from chassis.auth import Principal
from chassis.door import Door
from chassis.imports.jobs import import_job
from chassis.imports.kinds import Outcome, Record
from payroll.intake import KINDS
from payroll.settings import Settings

from .conftest import SHANGHAI, Payroll

[TERMS] = KINDS
HR = Principal("A9", "A9", frozenset({"hr"}))
MAY = date(2026, 5, 10)


async def test_agreements_are_added_and_never_altered(payroll: Payroll) -> None:
    assert (await payroll.agree("A1", "3500")).json()["version"] == 1
    assert (await payroll.agree("A1", "3500.00")).json()["version"] == 1, "agreed already"
    assert (await payroll.agree("A1", "4000", "2026-05-16")).json()["version"] == 2
    history = (await payroll.get("/terms/A1")).json()["items"]
    assert [(t["version"], t["valid_from"], t["base_salary"]) for t in history] == [
        (2, "2026-05-16", "4000.00"),
        (1, "2020-01-01", "3500.00"),
    ]
    payslip = await payroll.running("2026-05", "A1")
    assert payslip["net"] == "3758.07", "15 days of 3,500 and 16 of 4,000: 1,693.55 + 2,064.52"
    assert (await payroll.get("/terms/ZZ")).json()["code"] == "terms-not-found"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"base_salary": "-1"}, 422, "request-invalid"),
        ({"base_salary": "1.005"}, 422, "request-invalid"),
        ({"base_salary": "1", "scheme": "nobody-adopted"}, 422, "scheme-unknown"),
        ({"base_salary": "1", "valid_from": "0206-05-01"}, 422, "date-implausible"),
    ],
)
async def test_terms_that_cannot_be(payroll: Payroll, said: dict[str, str], status: int, code: str) -> None:
    body = {"valid_from": "2026-05-01"} | said
    answer = await payroll.http.put("/terms/A1", json=body, headers=payroll.by("hr"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nobody_decides_about_their_own_pay(payroll: Payroll) -> None:
    await payroll.adopt()
    terms, own = {"valid_from": "2026-05-01", "base_salary": "9999"}, payroll.by("hr", "A1")
    case = {
        "employee_no": "A1", "clause_id": "B-05.D1.1", "amount": "1", "finding": "x", "proof": "y",
        "noticed_on": "2026-05-01", "decided_on": "2026-05-01",
    }  # fmt: skip
    figure = {"employee_no": "A1", "period": "2026-05", "type": "inquiry.won", "occurrences": 1, "source": "x"}
    answers = [
        await payroll.http.put("/terms/A1", json=terms, headers=own),
        await payroll.http.post("/losses", json=case, headers=own),
        await payroll.http.post("/figures", json=figure, headers=own),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "own-pay")] * 3
    for wrong, code in (
        ({"noticed_on": "2026-05-02"}, "notice-after-decision"),
        ({"decided_on": "2999-05-02"}, "date-implausible"),
        ({"noticed_on": "0001-01-01", "decided_on": "0001-01-01"}, "date-implausible"),
    ):
        answer = await payroll.post("/losses", "hr", case | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def row(number: str, **said: Any) -> Record:
    line = dict.fromkeys(TERMS.lines) | {"valid_from": MAY, "base_salary": Decimal("3500.00")} | said
    return Record(number, "terms.csv", 2, {"employee_no": number}, [line])


async def take_in(payroll: Payroll, rows: Sequence[Record]) -> list[str]:
    door = Door(clock.now(), "A9", "test", SHANGHAI)
    async with payroll.db.opened.transaction(door) as session:
        foreseen: Sequence[Outcome] = await TERMS.compare(session, rows, by=HR)
        became = await TERMS.apply(session, rows, by=HR, now=door.now)
    assert foreseen == became, "what the preview says is what happens"
    return [outcome.verdict for outcome in became]


async def test_terms_come_in_from_a_file_once(payroll: Payroll) -> None:
    rows = [row(f"A{i:04}") for i in range(1500)]
    assert set(await take_in(payroll, rows)) == {"new"}
    assert set(await take_in(payroll, rows)) == {"same"}
    raised = [row("A0000", base_salary=Decimal(4000)), row("A9"), row("B1", scheme="nobody-adopted")]
    assert await take_in(payroll, raised) == ["amended", "refused", "refused"]
    counted = await payroll.rows("SELECT count(*) AS rows, max(version) AS newest FROM terms")
    assert counted == [{"rows": 1501, "newest": 2}]


TERMS_FILE = """工号,生效日期,底薪,方案,绩效奖金,全勤奖
A001,2026-05-01,"3,500.00",,800,200
A001,2026/5/16,4000,,,
A002,2026年5月1日,0,night-shop-5,,
A003,2026-05-01,3500,unheard-of,,
A004,0206-05-01,3500,,,
A005,2026-05-01,-1,,,
"""


async def imported(payroll: Payroll) -> dict[str, Any]:
    sent = await payroll.http.post(
        "/imports",
        files={"file": ("工资约定.csv", TERMS_FILE.encode("gb18030"))},
        data={"profile": "generic", "kind": "terms", "commit": "yes"},
        headers=payroll.by("hr"),
    )
    assert sent.status_code == 202, sent.text
    while await import_job(KINDS).run(payroll.db.opened, Settings(database_url=payroll.db.url)):
        pass
    shown: dict[str, Any] = (await payroll.get(f"/imports/{sent.json()['id']}", "hr")).json()
    assert shown["state"] == "committed", shown
    return shown


async def test_a_file_of_terms_twice_is_once(payroll: Payroll) -> None:
    await payroll.adopt()
    first = await imported(payroll)
    named = "employee_no, version, valid_from, base_salary, scheme, performance_bonus, attendance_bonus"
    kept = f"SELECT {named} FROM terms ORDER BY 1, 2"
    rows = [tuple(map(str, row.values())) for row in await payroll.rows(kept)]
    assert rows == [
        ("A001", "1", "2026-05-01", "3500.00", "None", "800.00", "200.00"),
        ("A001", "2", "2026-05-16", "4000.00", "None", "None", "None"),
        ("A002", "1", "2026-05-01", "0.00", "night-shop-5", "None", "None"),
    ]
    refused = (await payroll.get(f"/imports/{first['id']}/refusals", "hr")).json()["items"]
    assert {one["row"] for one in refused} == {5, 6, 7}
    await imported(payroll)
    assert len(await payroll.rows(kept)) == 3
    assert (await payroll.get("/imports", "finance")).status_code == 403


async def test_a_shipped_pack_is_adopted_by_two_people(payroll: Payroll) -> None:
    packs = (await payroll.get("/packs", "employee", "A1")).json()["items"]
    assert "night-shop-5" in [pack["pack"] for pack in packs if 1 in pack["versions"]]
    body = {"pack": "night-shop-5", "pack_version": 1, "in_force_from": "2026-05-01"}
    drafted = (await payroll.post("/rulebook/versions", "hr", body)).json()
    assert (drafted["number"], drafted["state"], drafted["signed_by"]) == (1, "linted", None)
    await payroll.sold(MAY, A1="1000")
    assert (await payroll.get("/running/A1?period=2026-05")).status_code == 404, "a draft prices nothing"
    own = await payroll.post(f"/rulebook/versions/{drafted['id']}/sign", "hr")
    assert (own.status_code, own.json()["code"]) == (409, "signed-by-author")
    signed = (await payroll.post(f"/rulebook/versions/{drafted['id']}/sign", "boss")).json()
    assert (signed["state"], signed["signed_by"]) == ("signed", "boss")
    twice = await payroll.post(f"/rulebook/versions/{drafted['id']}/sign", "finance")
    assert (twice.status_code, twice.json()["code"]) == (409, "already-signed")
    assert (await payroll.running("2026-05", "A1"))["net"] == "10.00"
    listed = (await payroll.get("/rulebook/versions")).json()["items"]
    assert [(v["id"], v["state"]) for v in listed] == [(drafted["id"], "signed")]
    read = (await payroll.get(f"/rulebook/versions/{drafted['id']}")).json()
    assert read["content"].startswith("#"), "the whole text stays with the version"
    refused = await payroll.http.post("/rulebook/versions", json=body, headers=payroll.by("employee", "A1"))
    assert refused.status_code == 403


async def test_a_faulty_version_names_every_fault(payroll: Payroll) -> None:
    pack = next(p for p in (await payroll.get("/packs")).json()["items"] if p["pack"] == "night-shop-5")
    body = {"pack": "night-shop-5", "pack_version": 1, "in_force_from": "2026-05-01"}
    broken = pack["content"].replace("amount: amount * rate", "amount: amout * rate", 1)
    own = await payroll.post("/rulebook/versions", "hr", body | {"content": broken})
    said = own.json()
    assert (own.status_code, said["code"]) == (422, "rulebook-faulty")
    assert "B-05.R2.1" in said["errors"][0]["field"]
    assert "line" in said["errors"][0]["field"]
    assert "amout" in said["errors"][0]["message"]
    assert said["errors"][0]["message_zh"]
    wrong = {"B-05.R2.1": {"rate": "much", "tempo": "1 %"}, "B-99": {"rate": "1 %"}}
    faults = (await payroll.post("/rulebook/versions", "hr", body | {"parameters": wrong})).json()
    assert {fault["field"].split(".parameters")[0] for fault in faults["errors"]} >= {"B-05.R2.1", "B-99"}
    mistaken = pack["content"].replace("expect: 7.50 CNY", "expect: 7.60 CNY", 1)
    example = (await payroll.post("/rulebook/versions", "hr", body | {"content": mistaken})).json()
    assert "7.60" in example["errors"][0]["message"]
    no_yaml = (await payroll.post("/rulebook/versions", "hr", body | {"content": "pack: [night"})).json()
    assert no_yaml["errors"][0]["field"].startswith("line ")
    early = await payroll.post("/rulebook/versions", "hr", body | {"in_force_from": "0001-01-01"})
    assert (early.status_code, early.json()["code"]) == (422, "date-implausible")
    unknown = await payroll.post("/rulebook/versions", "hr", body | {"pack": "nobody-knows"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "pack-unknown")
    assert await payroll.rows("SELECT 1 FROM rulebook_versions") == []


async def test_an_issued_month_keeps_its_rulebook(payroll: Payroll) -> None:
    await payroll.adopt(1, "2026-04-01")
    await payroll.sold(MAY, A1="1000")
    await payroll.issue("2026-05")
    body = {"pack": "night-shop-5", "pack_version": 2, "in_force_from": "2026-05-31"}
    drafted = (await payroll.post("/rulebook/versions", "hr", body)).json()
    late = await payroll.post(f"/rulebook/versions/{drafted['id']}/sign", "boss")
    assert (late.status_code, late.json()["code"]) == (409, "period-issued")
    assert "2026-06-01" in late.json()["detail"]
    await payroll.adopt(2, "2026-06-01")
    await payroll.adopt(2, "2026-03-01")  # governs March only: April has a version of its own


async def test_the_same_key_is_one_act(payroll: Payroll) -> None:
    await payroll.adopt()
    await payroll.sold(MAY, A1="1000")
    headers = payroll.by("hr") | {"Idempotency-Key": "k1"}
    first = await payroll.http.post("/runs", json={"period": "2026-05"}, headers=headers)
    second = await payroll.http.post("/runs", json={"period": "2026-05"}, headers=headers)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.json() == second.json()
    other = await payroll.http.post("/runs", json={"period": "2026-06"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await payroll.rows("SELECT number FROM runs") == [{"number": 1}]


async def test_what_was_decided_can_be_listed(payroll: Payroll) -> None:
    await payroll.adopt()
    case = {
        "employee_no": "A1", "clause_id": "B-05.D1.1", "amount": "120.50", "finding": "改价错误", "proof": "记录 7",
        "noticed_on": "2026-05-01", "decided_on": "2026-05-02",
    }  # fmt: skip
    ids = [(await payroll.post("/losses", "hr", case | {"employee_no": n})).json()["id"] for n in ("A1", "B1", "A1")]
    page = (await payroll.get("/losses?employee_no=A1&limit=1")).json()
    rest = (await payroll.get(f"/losses?employee_no=A1&limit=1&cursor={page['next']}")).json()
    assert [one["case_id"] for one in page["items"] + rest["items"]] == [ids[2], ids[0]]
    assert rest["items"][0] | {"decided_at": ""} == case | {
        "case_id": ids[0], "decided_at": "", "decided_by": "hr",
    }  # fmt: skip
    figure = {"employee_no": "A1", "period": "2026-05", "type": "inquiry.won", "occurrences": 7, "source": "月报"}
    await payroll.post("/figures", "hr", figure)
    [listed] = (await payroll.get("/figures")).json()["items"]
    assert {name: listed[name] for name in figure} == figure
