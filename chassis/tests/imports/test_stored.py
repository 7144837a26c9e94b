"""Imports from the upload to the commit, in a real database."""

import gzip
import io
from typing import Any

import pytest

HEAD = "箱号,装箱时间,物品,数量,单价,状态,备注\n"
FILE = (
    HEAD + "1001,2024/05/01 08:30,锤子,2,19.90,关,客服A012 加急\n"
    "1002,2024/05/02 09:00,钉子,100,0.05,,\n"
    "1001,2024/05/01 08:30,锯子,1,49,关,\n"
    "1003,2024/05/02 09:00,绳,1,3.00,作废,\n"
)


async def test_a_file_goes_in_once(shelf: Any) -> None:
    found = await shelf.validated(FILE.encode(), profile="boxes", place="东库")
    assert found["state"] == "validated"
    assert found["counts"] == {"read": 4, "skipped": 1, "new": 2, "same": 0, "amended": 0, "refused": 0}
    first = found["preview"][0]
    assert first["key"] == "东库 / 1001"
    assert first["row"] == 2
    assert first["fields"]["packed_at"] == "2024-05-01T00:30:00+00:00"
    assert first["fields"]["packer"] == "A012"
    assert [(line["line_no"], line["item"], line["price"]) for line in first["lines"]] == [
        (1, "锤子", "19.90"),
        (2, "锯子", "49.00"),
    ]
    assert await shelf.boxes() == {}

    answer = await shelf.http.post(f"/imports/{found['id']}/commit", headers=shelf.by("boss"))
    assert answer.status_code == 202
    await shelf.work()
    done = await shelf.shown(found["id"])
    assert (done["state"], done["progress"], done["counts"]["new"]) == ("committed", 1.0, 2)
    assert {no: row["writes"] for no, row in (await shelf.boxes()).items()} == {"1001": 1, "1002": 1}

    again = await shelf.validated(gzip.compress(FILE.encode("gb18030")), profile="boxes", place="东库", commit="yes")
    assert again["state"] == "committed"
    assert again["counts"] == {"read": 4, "skipped": 1, "new": 0, "same": 2, "amended": 0, "refused": 0}
    assert {no: row["writes"] for no, row in (await shelf.boxes()).items()} == {"1001": 1, "1002": 1}


async def test_a_refused_row_keeps_its_record_out_and_the_rest_goes_on(shelf: Any) -> None:
    spoiled = (
        FILE + "1002,2024/05/02 09:00,螺丝,many,1,,\n" + "1004,,螺丝,1,1,,\n1005,2024/05/02 09:00,dynamite,1,1,,\n"
    )
    found = await shelf.validated(spoiled.encode(), profile="boxes", place="东库", commit="yes")
    assert found["counts"] == {"read": 7, "skipped": 1, "new": 1, "same": 0, "amended": 0, "refused": 3}
    assert list(await shelf.boxes()) == ["1001"]
    refused = {(r["row"], r["column"], r["value"]): r["reason"]["en"] for r in found["refusals"]}
    assert "no number" in refused[6, "数量", "many"]
    assert "Row 6 of the same record" in refused[3, "", ""]
    assert "empty in every row" in refused[7, "装箱时间", ""]
    assert refused[8, "箱号", "1005"] == "No dynamite here."

    sheet = await shelf.http.get(f"/imports/{found['id']}/refusals.csv", headers=shelf.by("employee"))
    assert sheet.text.startswith("\ufefffile,row,kind")
    assert len(sheet.text.splitlines()) == 5
    page = await shelf.http.get(f"/imports/{found['id']}/refusals?limit=3", headers=shelf.by("employee"))
    rest = await shelf.http.get(
        f"/imports/{found['id']}/refusals?limit=3&cursor={page.json()['next']}", headers=shelf.by("employee")
    )
    assert [len(page.json()["items"]), len(rest.json()["items"]), rest.json()["next"]] == [3, 1, None]


async def test_formulas_in_a_downloaded_refusal_are_harmless(shelf: Any) -> None:
    found = await shelf.validated((HEAD + "1,2024/05/01 08:30,x,=cmd(),1,,\n").encode(), profile="boxes", place="东库")
    sheet = await shelf.http.get(f"/imports/{found['id']}/refusals.csv", headers=shelf.by("boss"))
    assert ",'=cmd()," in sheet.text


JOINED = """
title: {zh: 两个文件, en: Two files}
file: heads.csv
join:
  items: {file: "items*.csv", on: {no: box}, rows: many}
records:
  - kind: boxes
    fields: {place: {constant: x}, box_no: no, packed_at: at}
    lines: {item: items.item, count: items.count}
"""


async def test_a_second_file_is_joined_by_key(shelf: Any) -> None:
    files = {
        "items-05.csv": b"box,item,count\nB,saw,1\nA,nail,5\nB,rope,2\nZ,lost,1\nC,bad\x00,1\n",
        "heads.csv": b"no;at\nA;2024-05-01\nB;2024-05-01 10:00\nC;2024-05-01\nD;2024-05-01\n",
    }
    found = await shelf.validated(files, profile=JOINED, commit="yes")
    assert found["state"] == "committed", found["problem"]
    assert found["counts"] == {"read": 4, "skipped": 0, "new": 3, "same": 0, "amended": 0, "refused": 2}
    assert {p["key"]: [line["item"] for line in p["lines"]] for p in found["preview"]} == {
        "x / A": ["nail"],
        "x / B": ["saw", "rope"],
        "x / D": [],
    }
    assert {(r["file"], r["row"]) for r in found["refusals"]} == {
        ("items-05.csv", 6),  # NUL
        ("heads.csv", 4),  # and so the box it belongs to
        ("items-05.csv", 5),  # a box that no row of heads.csv names
    }


ROUTED = """
title: {zh: 分流, en: Routed}
records:
  - kind: boxes
    when: [{column: no, matches: '^R', not: yes}]
    fields: {place: {constant: x}, box_no: no, packed_at: {constant: "2024-05-01"}}
    lines: {item: item, count: n}
  - kind: removals
    when: [{column: no, matches: '^R'}]
    group: yes
    fields: {removal_no: no, amount: {factors: [n, price], negate: yes, across: sum, round: yes}}
"""


async def test_rows_of_one_file_become_records_of_two_kinds(shelf: Any) -> None:
    body = b"no,item,n,price\nR1,saw,-2,1.255\n1,saw,2,1\nR1,rope,-1,0.10\nR2,saw,1,1\n"
    found = await shelf.validated(body, profile=ROUTED, commit="yes")
    assert {k: v["new"] for k, v in found["kinds"].items()} == {"boxes": 1, "removals": 1}
    assert [r["key"] for r in found["refusals"]] == ["R2"]  # minus one is less than nothing
    rows = await shelf.connection.fetch("SELECT removal_no, amount FROM removals")
    assert [(row["removal_no"], str(row["amount"])) for row in rows] == [("R1", "2.61")]
    only = await shelf.validated(body, profile=ROUTED, kind="removals")
    assert only["counts"] | {"read": 0} == {"read": 0, "skipped": 1, "new": 0, "same": 1, "amended": 0, "refused": 1}


@pytest.mark.parametrize(
    ("body", "fields", "says"),
    [
        (b"a,b\n1,2\n", {"profile": "boxes", "place": "x"}, "The file has no column “备注”. It has: a, b."),
        (b"", {"profile": "boxes", "place": "x"}, "Row 1 should name the columns"),
        (b"\x1f\x8b\x08broken", {"profile": "boxes", "place": "x"}, "compressed file"),
        (b"PK\x03\x04 no workbook", {"profile": "boxes", "place": "x"}, "damaged"),
        (b"\xd0\xcf\x11\xe0old", {"profile": "boxes", "place": "x"}, "old .xls format"),
        (b"no,at\n1,2\n", {"profile": JOINED}, "The file heads.csv is missing."),
    ],
)
async def test_a_file_that_does_not_fit_fails_with_the_remedy(
    shelf: Any, body: bytes, fields: dict[str, str], says: str
) -> None:
    found = await shelf.validated(body, **fields)
    assert found["state"] == "failed"
    assert says in found["problem"]["en"]
    assert found["problem"]["zh"]
    answer = await shelf.http.post(f"/imports/{found['id']}/commit", headers=shelf.by("boss"))
    assert (answer.status_code, answer.json()["code"]) == (409, "import-failed")


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({}, "profile-unusable", "there are: boxes"),
        ({"profile": "title: {zh: a, en: b}\nrecord: []\n"}, "profile-unusable", "line 2, record"),
        ({"profile": ROUTED.replace("removals", "kittens")}, "profile-unusable", "cannot be imported here"),
        ({"profile": ROUTED.replace("amount:", "weight:")}, "profile-unusable", "no field weight"),
        ({"profile": ROUTED, "kind": "kittens"}, "profile-unusable", "makes no"),
        ({"profile": "boxes"}, "parameter-unexpected", "misses the parameter “place”"),
        (
            {"profile": "boxes", "place": "x", "palce": "y"},
            "parameter-unexpected",
            "has no use for the parameter “palce”",
        ),
    ],
)
async def test_a_bad_profile_is_refused_at_once_and_nothing_stays(
    shelf: Any, fields: dict[str, str], code: str, says: str
) -> None:
    answer = await shelf.send(FILE.encode(), **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert says in answer.json()["detail"]
    assert await shelf.connection.fetchval("SELECT count(*) FROM import_chunks") == 0


async def test_uploads_are_streamed_into_chunks(shelf: Any) -> None:
    lines = b"".join(b"%d,2024/05/01 08:30,x,1,1,,\n" % n for n in range(20_000))
    body = io.BytesIO(HEAD.encode() + lines)
    import_id = await shelf.sent({"..\\dir/big\u202e.csv": body.getvalue()}, profile="boxes", place="x")
    rows = await shelf.connection.fetch("SELECT length(body) AS size FROM import_chunks ORDER BY chunk_no")
    assert sum(row["size"] for row in rows) == len(body.getvalue())
    assert max(row["size"] for row in rows) == 256 * 1024
    assert (await shelf.shown(import_id))["files"] == ["big.csv"]


async def test_who_may_not_write_may_not_send(shelf: Any) -> None:
    answer = await shelf.http.post("/imports", files=[("file", ("a.csv", b"x"))], headers=shelf.by("employee"))
    assert answer.status_code == 403
    assert (await shelf.http.get("/imports")).status_code == 401
    absent = await shelf.http.get("/imports/00000000-0000-0000-0000-000000000000", headers=shelf.by("boss"))
    assert absent.status_code == 404


async def test_a_broken_upload_is_refused(shelf: Any) -> None:
    headers = shelf.by("boss") | {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (b"--b\r\nnonsense", b"--b\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\nhalf", b""):
        answer = await shelf.http.post("/imports", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "upload-unreadable")


async def test_lists_and_shipped_profiles(shelf: Any) -> None:
    ids = [await shelf.sent(FILE.encode(), profile="boxes", place="x") for _ in range(3)]
    page = (await shelf.http.get("/imports?limit=2", headers=shelf.by("boss"))).json()
    rest = (await shelf.http.get(f"/imports?cursor={page['next']}", headers=shelf.by("boss"))).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == ids[::-1]
    profiles = (await shelf.http.get("/imports/profiles", headers=shelf.by("boss"))).json()
    assert profiles == [
        {"name": "boxes", "title": {"zh": "箱子", "en": "Boxes"}, "parameters": ["place"], "kinds": ["boxes"]}
    ]


async def test_refusals_cannot_be_unwritten(shelf: Any) -> None:
    await shelf.validated((HEAD + "1,,x,1,1,,\n").encode(), profile="boxes", place="x")
    async with shelf.db.opened.engine.connect() as connection:
        with pytest.raises(Exception, match="permission denied"):
            await connection.exec_driver_sql("DELETE FROM import_refusals")
