"""Regular expressions of a profile are judged when it is handed in, not by the worker later."""

from typing import Any

import pytest

FIELDS = """
title: {zh: 箱子, en: Boxes}
records:
  - kind: boxes
    when: [{column: no, matches: '%s'}]
    fields:
      place: {constant: x}
      box_no: no
      packed_at: {constant: "2024-05-01", when: [{column: no, matches: '%s'}]}
extract:
  - {column: no, pattern: '%s'}
skip: [{column: no, matches: '%s'}]
"""
FINE = "^R"


def profile(when: str = FINE, field: str = FINE, extract: str = FINE, skip: str = FINE) -> str:
    return FIELDS % (when, field, extract, skip)


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("when", "profile:4:records.0.when.0.matches"),
        ("field", "profile:8:records.0.fields.packed_at.when.0.matches"),
        ("extract", "profile:10:extract.0.pattern"),
        ("skip", "profile:11:skip.0.matches"),
    ],
)
async def test_each_pattern_is_judged_at_once(shelf: Any, place: str, where: str) -> None:
    answer = await shelf.send(b"no\nR1\n", profile=profile(**{place: "(a+)+"}))
    found = answer.json()
    assert (answer.status_code, found["code"], found["field"]) == (422, "profile-unusable", "profile")
    [error] = found["errors"]
    assert error["field"] == where
    assert "(a+)+ cannot be used: a repetition repeats a repetition" in error["message"]
    assert "请去掉一层" in error["message"]
    assert await shelf.connection.fetchval("SELECT count(*) FROM imports") == 0


async def test_what_is_wrong_in_several_places_is_told_in_one_answer(shelf: Any) -> None:
    answer = await shelf.send(b"no\nR1\n", profile=profile(when="[", skip=".*.*x"))
    assert [error["field"].split(":")[1] for error in answer.json()["errors"]] == ["11", "4"]


async def test_a_profile_has_a_bounded_number_of_patterns(shelf: Any) -> None:
    many = ", ".join("{column: no, matches: '^R'}" for _ in range(101))
    answer = await shelf.send(b"no\nR1\n", profile=profile() + f"\njoin: {{}}\n# {many}")
    assert answer.status_code == 202, "comments do not count"
    crowded = profile().replace("skip: [", f"skip: [{many}, ")
    answer = await shelf.send(b"no\nR1\n", profile=crowded)
    assert (answer.status_code, "more than 100 patterns" in answer.json()["detail"]) == (422, True)
