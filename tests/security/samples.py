"""The least that a route takes, made from its document, and the same with one value at the edge of what can be."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import quote

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]

FORMATS = {
    "date": "2026-10-05",
    "date-time": "2026-10-05T10:00:00+08:00",
    "uuid": "00000000-0000-7000-8000-000000000001",
}
DATES = ("0001-01-01", "9999-12-31", "0000-00-00", "-2026-01-01", "2026-02-30", "10000-01-01", "1e9")
INSTANTS = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-12:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-10-05T10:00:60Z",
    "2026-10-05T10:00:00+99:99",
    99999999999999,
    -62135596801,
    1e308,
)
NUMBERS = (
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "-1e400",
    "1e-400",
    "9" * 400,
    "-0",
    2**31,
    2**63,
    -(2**63) - 1,
    10**400,
    1e308,
    True,
)
TEXTS = ("\0", "a\0b", "\ud800", "a\udfff", "\u202e", "\ufeff", "9" * 64, "𝟙" * 16, "%00", "../..", "'; --", "\\", "٣")
PERIODS = ("0000-01", "0001-01", "9999-12", "2026-13", "2026-00", "٢٠٢٦-١٠", "2026-1", "\0")
OTHERS: tuple[Any, ...] = (None, [], {}, [[]], "", " ", 0, -1)
CURSORS = (
    "WzFd",  # [1]
    "Wy0xXQ==",  # [-1]
    "WzE4NDQ2NzQ0MDczNzA5NTUxNjE2XQ==",  # [2**64]
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ==",  # ["0001-01-01T00:00:00+14:00", "x"]
    "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTEyOjAwIiwgIngiXQ==",
    "WyJcdTAwMDAiXQ==",  # ["\u0000"]
    "WyJcdWQ4MDAiXQ==",  # ["\ud800"]
    "WyJcdTAwMDAiLCAiXHUwMDAwIl0=",
    "WzEsIDJd",
    "W3RydWVd",
    "W10=",
    "=",
    "é",
)


@dataclass(frozen=True)
class Request:
    """A request at the edge; `where` names the value."""

    method: str
    path: str
    where: str
    address: str
    query: dict[str, Any]
    body: Any


class Document:
    """Makes requests from an OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def requests(self) -> Iterator[Request]:
        """Go through all operations; each value of each in turn takes all values at the edge for its kind."""
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                yield from self._of(method.upper(), path, operation)

    def _of(self, method: str, path: str, operation: Mapping[str, Any]) -> Iterator[Request]:
        parameters = [one for one in operation.get("parameters", []) if one["in"] in ("path", "query")]
        usual = {one["name"]: self.least(one["schema"], one["name"]) for one in parameters}
        query = {one["name"] for one in parameters if one["in"] == "query"}
        needed = {one["name"] for one in parameters if one["in"] == "query" and one.get("required")}
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        body = None if schema is None else self.least(schema, "")

        def made(where: str, values: Mapping[str, Any], body: Any, more: set[str]) -> Request:
            address = path
            for name in values.keys() - query:
                address = address.replace("{" + name + "}", quoted(values[name]))
            return Request(method, path, where, address, {name: values[name] for name in needed | more}, body)

        for one in parameters:
            name = one["name"]
            for value in self.edges(one["schema"], name):
                yield made(f"{name}={value!r}", usual | {name: value}, body, {name} & query)
        if schema is not None:
            for place, value in self._inside(schema, ""):
                yield made(f"{place}={value!r}", usual, replaced(body, place, value), set())

    def resolved(self, schema: Schema) -> Schema:
        """Follow references, and choose the first kind that is not null."""
        while True:
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            elif kinds := schema.get("anyOf") or schema.get("oneOf"):
                schema = next(kind for kind in kinds if kind.get("type") != "null")
            else:
                return schema

    def least(self, schema: Schema, name: str) -> Any:
        """Make the least valid value."""
        given = schema.get("examples")
        schema = self.resolved(schema)
        given = (
            given or schema.get("examples") or schema.get("enum") or ([schema["const"]] if "const" in schema else [])
        )
        if given:
            return given[0]
        match schema.get("type"):
            case "object":
                inside = schema.get("properties", {})
                return {field: self.least(inside[field], field) for field in schema.get("required", [])}
            case "array":
                return [self.least(schema["items"], name)]
            case "integer" | "number":
                return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
            case "boolean":
                return True
        return FORMATS.get(schema.get("format", ""), "2026-10" if name == "period" else "A001")

    def edges(self, schema: Schema, name: str) -> tuple[Any, ...]:
        """List the values at the edge of a kind of value."""
        schema = self.resolved(schema)
        kind, form = schema.get("type"), schema.get("format")
        if name == "cursor":
            return CURSORS
        if form == "date":
            return DATES + OTHERS
        if form == "date-time":
            return INSTANTS + OTHERS
        if kind in ("integer", "number"):
            return NUMBERS + OTHERS
        if "period" in name:
            return PERIODS + OTHERS
        return TEXTS + OTHERS

    def _inside(self, schema: Schema, name: str, at: Place = ()) -> Iterator[tuple[Place, Any]]:
        schema = self.resolved(schema)
        if len(at) > 6:
            return
        if schema.get("type") == "object" and "properties" in schema:
            for field, inner in schema["properties"].items():
                yield from self._inside(inner, field, (*at, field))
            yield from ((at, value) for value in OTHERS)
        elif schema.get("type") == "array":
            yield from self._inside(schema["items"], name, (*at, 0))
            yield from ((at, value) for value in OTHERS)
        else:
            yield from ((at, value) for value in self.edges(schema, name))


def quoted(value: Any) -> str:
    """Write a value into a path; a lone surrogate as the bytes that UTF-8 does not allow."""
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="") or "%20"


def replaced(body: Any, place: Place, value: Any) -> Any:
    """Put a value into a copy of a body, making the way there."""
    if not place:
        return value
    body = deepcopy(body)
    at = body
    for step, following in pairwise(place):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(at, list):
            at[:] = at or [empty]
            at = at[0]
        else:
            at = at.setdefault(step, empty)
    if isinstance(at, list):
        at[:] = [value]
    elif isinstance(at, dict):
        at[place[-1]] = value
    return body
