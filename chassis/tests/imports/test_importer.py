"""Who handed an import in: their limits go with it, whoever commits it, and limit which imports they see."""

import json
from typing import Any

PROFILE = """
title: {zh: 各处的箱子, en: Boxes of many places}
records:
  - kind: boxes
    fields: {place: [仓库, 地点, place], box_no: no, packed_at: {constant: "2024-05-01"}}
    lines: {item: {constant: saw}, count: {column: [件数, n]}}
"""
FILE = "地点,no,n\n东库,1,1\n西库,2,1\n东库,3,1\n".encode()


async def test_rows_outside_the_importers_shops_are_refused_whoever_commits(shelf: Any) -> None:
    limited = shelf.by("boss", employee_no="B001", shops=["东库"])
    found = await shelf.validated(FILE, profile=PROFILE, by=limited)
    assert (found["counts"]["new"], found["counts"]["refused"]) == (2, 1)
    assert (await shelf.http.post(f"/imports/{found['id']}/commit", headers=shelf.by("boss"))).status_code == 202
    await shelf.work()
    done = await shelf.shown(found["id"])
    assert (done["state"], done["counts"]["new"], done["counts"]["refused"]) == ("committed", 2, 1)
    boxes = await shelf.boxes()
    assert {no: (row["place"], row["taken_by"]) for no, row in boxes.items()} == {
        "1": ("东库", "B001"),
        "3": ("东库", "B001"),
    }


async def test_a_refused_row_names_the_column_that_is_in_the_file(shelf: Any) -> None:
    limited = shelf.by("boss", employee_no="B001", shops=["东库"])
    for commit in ("no", "yes"):
        found = await shelf.validated(FILE, profile=PROFILE, by=limited, commit=commit)
        [refused] = found["refusals"]
        assert (refused["row"], refused["column"], refused["value"]) == (3, "地点", "西库"), commit
        assert refused["reason"] == {"zh": "不是您的地方。", "en": "Not a place of yours."}
    empty = "地点,no,n\n,1,1\n".encode()
    [lacking] = (await shelf.validated(empty, profile=PROFILE))["refusals"]
    assert lacking["column"] == "地点"


async def test_the_limits_are_those_of_the_moment_it_was_handed_in(shelf: Any) -> None:
    limits = {"shops": ["东库", "南库"], "departments": ["一部"]}
    await shelf.sent(FILE, profile=PROFILE, by=shelf.by("boss", "hr", employee_no="B001", **limits))
    kept = await shelf.connection.fetchval("SELECT importer::jsonb::text FROM imports")
    assert sorted(json.loads(kept).items()) == [
        ("departments", ["一部"]),
        ("employee_no", "B001"),
        ("roles", ["boss", "hr"]),
        ("shops", ["东库", "南库"]),
        ("sub", "B001"),
    ]


async def test_who_is_limited_sees_and_commits_only_what_they_handed_in(shelf: Any) -> None:
    limited = shelf.by("boss", "employee", employee_no="B001", shops=["东库"])
    own = await shelf.sent(FILE, profile=PROFILE, by=limited)
    foreign = await shelf.sent(FILE, profile=PROFILE)
    await shelf.work()
    listed = (await shelf.http.get("/imports", headers=limited)).json()["items"]
    assert [one["id"] for one in listed] == [own]
    assert len((await shelf.http.get("/imports", headers=shelf.by("boss", "employee"))).json()["items"]) == 2
    for path, found in ((own, 200), (foreign, 404)):
        assert (await shelf.http.get(f"/imports/{path}", headers=limited)).status_code == found
    assert (await shelf.http.get(f"/imports/{foreign}/refusals", headers=limited)).json()["items"] == []
    assert len((await shelf.http.get(f"/imports/{own}/refusals.csv", headers=limited)).text.splitlines()) == 2
    assert (await shelf.http.post(f"/imports/{foreign}/commit", headers=limited)).status_code == 404
    assert (await shelf.http.post(f"/imports/{own}/commit", headers=limited)).status_code == 202
