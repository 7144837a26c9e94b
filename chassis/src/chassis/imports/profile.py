"""The import profile: YAML that says how any file becomes our fields.

Every scalar is read as text and typed by this shape (ordinary loaders turn `on` into true and `1.10` into 1.1); unknown
keys, aliases and double keys are refused, with their line.
"""

from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chassis.imports.patterns import PatternRefused, compile_pattern

LONGEST = 64 * 1024
DEPTH = 16
MOST_PATTERNS = 100


class ProfileRefused(Exception):
    """The profile cannot be used; `errors` say where and why: {line, where, zh, en} each."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(f"line {e['line']}, {e['where']}: {e['en']}" for e in errors))
        self.errors = errors


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _source(value: object) -> object:
    return {"column": value} if isinstance(value, str | list) else value


def _checked(pattern: str, info: ValidationInfo) -> str:
    counted = info.context
    assert counted is not None
    counted["patterns"] += 1
    if counted["patterns"] > MOST_PATTERNS:
        raise PydanticCustomError(
            "patterns",
            "{en}",
            {"zh": f"正则表达式超过 {MOST_PATTERNS} 个", "en": f"more than {MOST_PATTERNS} patterns"},
        )
    try:
        compile_pattern(pattern)
    except PatternRefused as refused:
        raise PydanticCustomError(
            "pattern",
            "{en}",
            {
                "zh": f"正则表达式 {pattern} 不可用：{refused.reason.zh}",
                "en": f"the pattern {pattern} cannot be used: {refused.reason.en}",
            },
        ) from refused
    return pattern


Pattern = Annotated[str, Field(max_length=500), AfterValidator(_checked)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Named = Annotated[str, Field(min_length=1, max_length=100)]


class Shaped(BaseModel):
    """A part of a profile."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(Shaped):
    """What a row must look like: one column (the first of several that is not empty), one test."""

    column: Texts
    equals: Texts | None = None
    matches: Pattern | None = None
    empty: bool | None = None
    negated: Annotated[bool, Field(alias="not")] = False

    @model_validator(mode="after")
    def one_test(self) -> "Condition":
        if sum(test is not None for test in (self.equals, self.matches, self.empty)) != 1:
            raise ValueError("give exactly one of equals, matches, empty (请在 equals、matches、empty 中写且只写一个)")
        return self


class Source(Shaped):
    """Where the value of a field comes from, and how it is read; a plain name means that column.

    column     the first of these columns that is not empty (those that the file lacks are passed over)
    constant   the same for every row;  parameter  given with the upload;  number  counts the lines of a record from 1
    factors    the product of these columns, less another one;  negate  turns the sign;  round  rounds half up to the
               field's places
    values     what the file says: what we say;  otherwise  for anything else;  default  for an empty cell
    dates      strptime formats besides ISO 8601, tried in order;  zone  of times that name none
    across     when several rows make one record: first (not empty), last, sum, least, most
    when       the value counts only if all hold, else the field is empty
    optional   a file without the column leaves the field empty
    """

    column: Texts = ()
    constant: str | None = None
    parameter: Named | None = None
    number: bool = False
    factors: Texts = ()
    less: Texts = ()
    negate: bool = False
    round: bool = False
    values: dict[str, str] | None = None
    otherwise: str | None = None
    default: str | None = None
    dates: Texts | None = None
    zone: str | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[",", ".", " ", "'"] | None = None
    across: Literal["first", "last", "sum", "least", "most"] = "first"
    when: tuple[Condition, ...] = ()
    optional: bool = False

    @model_validator(mode="after")
    def one_source(self) -> "Source":
        given = [
            bool(self.column),
            self.constant is not None,
            self.parameter is not None,
            self.number,
            bool(self.factors),
        ]
        if self.less and not self.factors:
            raise ValueError("less goes with factors (less 要与 factors 一起写)")
        if sum(given) != 1:
            raise ValueError(
                "give exactly one of column, constant, parameter, number, factors"
                " (请在 column、constant、parameter、number、factors 中写且只写一个)"
            )
        return self


Sources = dict[str, Annotated[Source, BeforeValidator(_source)]]


class FileShape(Shaped):
    """The form of a file, as far as it is not to be found out; `file` is its name, `*` standing for anything."""

    file: str = "*"
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    header_row: Annotated[int, Field(ge=1, le=100)] = 1
    sheet: str | None = None


class Join(FileShape):
    """A second file whose rows belong to rows of the first; its columns are then called `<name>.<column>`.

    on         column of the first file: column of this one (the first of several that is there)
    rows       one: at most one row here for each row there; many: each row here makes a row of its own
    unmatched  what rows here are that no row there names: refused, or ignored
    optional   the file may be missing: its columns are then missing too
    """

    on: Annotated[dict[str, Texts], Field(min_length=1)]
    rows: Literal["one", "many"] = "one"
    unmatched: Literal["refuse", "ignore"] = "refuse"
    optional: bool = False


class Extract(Shaped):
    """A regular expression whose named groups become columns; of several with the same group the first that matches."""

    column: Texts
    optional: bool = False
    pattern: Pattern


class Unpivot(Shaped):
    """Columns that are values: each row becomes as many as there are columns whose name matches the pattern.

    columns    a regular expression, searched for in the names of the first file's columns
    name       the column that then holds the name of the column;  value  the one that holds its cell
    """

    columns: Pattern
    name: Named
    value: Named


class RecordShape(Shaped):
    """What kind of record rows become; `lines` or `group` make one record of all rows with the same key."""

    kind: str
    when: tuple[Condition, ...] = ()
    fields: Sources
    lines: Sources | None = None
    group: bool = False


class Title(Shaped):
    """The name that people read."""

    zh: str
    en: str


class Profile(FileShape):
    """How one sort of file becomes records."""

    title: Title
    zone: str | None = None
    dates: Texts = ()
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    unpivot: Unpivot | None = None
    join: dict[Annotated[str, Field(pattern=r"^\w+$")], Join] = {}
    extract: tuple[Extract, ...] = ()
    skip: tuple[Condition, ...] = ()
    records: Annotated[tuple[RecordShape, ...], Field(min_length=1)]

    def parameters(self) -> list[str]:
        """Name what has to be given with the upload."""
        sources = [s for r in self.records for s in [*r.fields.values(), *(r.lines or {}).values()]]
        return sorted({s.parameter for s in sources if s.parameter is not None})


Path = tuple[str | int, ...]


def _error(line: int, where: str, zh: str, en: str) -> dict[str, Any]:
    return {"line": line, "where": where, "zh": zh, "en": en}


def _refuse(line: int, zh: str, en: str) -> ProfileRefused:
    return ProfileRefused([_error(line, "profile", zh, en)])


def _check_events(text: str) -> None:
    """Walk the text without building anything: no aliases (they can multiply), no depth that exhausts the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise _refuse(line, "不允许使用 YAML 别名（*）。", "Aliases (*) are not allowed here; write it out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise _refuse(line, "层次太深。", f"Nested more than {DEPTH} deep.")


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in found:
                raise _refuse(
                    key.start_mark.line + 1,
                    f"键 {key.value} 重复或不是文本。",
                    f"The key {key.value} is double or no text.",
                )
            found[key.value] = _plain(value, (*path, key.value), lines)
            lines[(*path, key.value)] = key.start_mark.line + 1
        return found
    return node.value


def _line_of(path: Path, lines: dict[Path, int]) -> int:
    while path not in lines:
        path = path[:-1]
    return lines[path]


_CHINESE = {
    "extra_forbidden": "不认识这个键",
    "missing": "缺少必填项",
    "bool_parsing": "应为 yes 或 no",
    "int_parsing": "应为整数",
    "literal_error": "不是允许的值",
}


def read_profile(text: str) -> Profile:
    """Read a profile from YAML; raises ProfileRefused with line, place and remedy of everything that is wrong."""
    if len(text) > LONGEST:
        raise _refuse(1, f"模板超过 {LONGEST} 个字符。", f"The profile is longer than {LONGEST} characters.")
    lines: dict[Path, int] = {}
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise _refuse(line, f"不是有效的 YAML：{error}", f"This is not valid YAML: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise _refuse(1, "模板应是一组键和值。", "A profile is a mapping of keys to values.")
    plain = _plain(node, (), lines)
    try:
        return Profile.model_validate(plain, context={"patterns": 0})
    except ValidationError as error:
        found = error.errors(include_url=False)
        # a list of which one item is wrong is then also said to be too short
        found = [e for e in found if all(e is o or o["loc"][: len(e["loc"])] != e["loc"] for o in found)]
        raise ProfileRefused(
            [
                _error(
                    _line_of(e["loc"], lines),
                    ".".join(map(str, e["loc"])),
                    e.get("ctx", {}).get("zh") or _CHINESE.get(e["type"], e["msg"]),
                    e["msg"],
                )
                for e in found
            ]
        ) from error
