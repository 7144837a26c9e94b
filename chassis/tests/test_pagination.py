"""Pages by cursor: complete, without repeats, whatever is written meanwhile."""

import base64
import json
from datetime import date
from typing import Any

import pytest

from chassis.pagination import LARGEST, CursorUnreadable, PageRequest, cut

from .conftest import Example


def cursor_of(key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 9, 10, 11, 40])
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_pages_make_up_the_whole(count: int, limit: int) -> None:
    ordered, seen = sorted(f'{i} 行"{i % 3}' for i in range(count)), []
    after: tuple[Any, ...] | None = None
    while True:
        page = PageRequest(limit, after)
        found = [row for row in ordered if after is None or row > after[0]][: limit + 1]
        items, following = cut(found, page, key=lambda row: (row,))
        assert len(items) <= limit
        seen += items
        if following is None:
            break
        after = tuple(json.loads(base64.urlsafe_b64decode(following)))
    assert seen == ordered


def test_a_last_page_that_is_full_has_no_next() -> None:
    assert cut([1, 2], PageRequest(2, None), key=lambda row: (row,)) == ([1, 2], None)


def test_a_key_is_read_part_by_part() -> None:
    page = PageRequest(1, ("2026-11-02", 7))
    assert page.after_key(date.fromisoformat, int) == (date(2026, 11, 2), 7)
    assert PageRequest(1, None).after_key(int) is None
    for readers in [(str,), (str, int, int), (int, int), (date.fromisoformat, date.fromisoformat)]:
        with pytest.raises(CursorUnreadable):
            page.after_key(*readers)


async def fill(example: Example, *words: str) -> None:
    await example.connection.executemany("INSERT INTO notes (words, amount) VALUES ($1, 0)", [(w,) for w in words])


async def page_of(example: Example, **query: Any) -> dict[str, Any]:
    answer = await example.http.get("/notes", params=query, headers=example.by("boss"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_pages_stay_complete_while_rows_are_added(example: Example) -> None:
    before = [f"m{i:03}" for i in range(57)]
    await fill(example, *before)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for turn in range(100):
        page = await page_of(example, limit=7, **cursor)
        seen += [note["words"] for note in page["items"]]
        if page["next"] is None:
            break
        # one that sorts before all that was seen, one beside it, one after everything
        await fill(example, f"a{turn:03}", f"{seen[-1]}-", f"z{turn:03}" if turn < 3 else f"b{turn:03}")
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen)), "no row twice"
    assert set(before) <= set(seen), "no row lost"
    assert seen == sorted(seen)
    assert {"z000", "z001", "z002"} <= set(seen)


async def test_an_empty_list_is_one_page(example: Example) -> None:
    assert await page_of(example) == {"items": [], "next": None}


BAD_CURSORS = [
    "nonsense",
    "",
    "ü",
    "AAAA",
    cursor_of({"a": 1}),
    cursor_of("text"),
    cursor_of([]),
    cursor_of([["a"]]),
    cursor_of(["a", "b"]),
    cursor_of([1.5]),
    cursor_of([None]),
    "W1tbW1tbW1tbW1tb",
    "x" * 501,
]


async def test_a_bad_cursor_names_itself(example: Example) -> None:
    headers, answers = example.by("boss"), {}
    for cursor in BAD_CURSORS:
        answer = await example.http.get("/notes", params={"cursor": cursor}, headers=headers)
        answers[cursor] = (answer.status_code, answer.json().get("field"))
    assert answers == dict.fromkeys(BAD_CURSORS, (422, "cursor"))


async def test_a_cursor_with_nul_is_no_fault_of_ours(example: Example) -> None:
    answer = await example.http.get("/notes", params={"cursor": cursor_of(["\x00"])}, headers=example.by("boss"))
    assert answer.status_code == 422


async def test_a_page_has_bounds(example: Example) -> None:
    headers = example.by("boss")
    for limit in ("0", "-1", str(LARGEST + 1), "many"):
        answer = await example.http.get("/notes", params={"limit": limit}, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (422, "limit")
    assert (await example.http.get("/notes", params={"limit": LARGEST}, headers=headers)).status_code == 200
