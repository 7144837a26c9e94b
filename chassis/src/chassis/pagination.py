"""Pages by cursor: the next page begins after the last row seen, whatever was added meanwhile."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from chassis.problems import Invalid

T = TypeVar("T")
LARGEST = 200


class CursorUnreadable(Invalid):
    """The cursor is not one of ours; take it unchanged from `next` of the page before."""

    zh = "翻页标记无法识别：请原样使用上一页返回的 next。"


class Paged(BaseModel, Generic[T]):
    """One page of a list; `next` asks for the following one, none at the end."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: how many rows, and the sort key of the last row seen."""

    limit: int
    after: tuple[Any, ...] | None

    def after_key(self, *readers: Callable[[Any], Any]) -> tuple[Any, ...] | None:
        """Give the sort key of the last row seen, each part read by its reader (`str`, `int`, `date.fromisoformat`).

        Raises CursorUnreadable for a cursor that another list gave out, or nobody.
        """
        if self.after is None:
            return None
        try:
            return tuple(read(part) for read, part in zip(readers, self.after, strict=True))
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise CursorUnreadable(field="cursor") from error


def _page(
    limit: Annotated[int, Query(ge=1, le=LARGEST, description="rows of a page")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="`next` of the page before")] = None,
) -> PageRequest:
    if cursor is None:
        return PageRequest(limit, None)
    try:
        after = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise CursorUnreadable(field="cursor") from error
    if not isinstance(after, list) or not all(isinstance(part, str | int) for part in after):
        raise CursorUnreadable(field="cursor")
    return PageRequest(limit, tuple(after))


Page = Annotated[PageRequest, Depends(_page)]


def cut(rows: Sequence[T], page: PageRequest, *, key: Callable[[T], Sequence[str | int]]) -> tuple[list[T], str | None]:
    """Cut `rows` (fetched with a limit of page.limit + 1) to one page and make the cursor of the next."""
    items = list(rows[: page.limit])
    if len(rows) <= page.limit:
        return items, None
    return items, base64.urlsafe_b64encode(json.dumps(list(key(items[-1]))).encode()).decode()
