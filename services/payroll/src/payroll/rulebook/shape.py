"""What a pack may say, as text read from YAML: every value is still a string, every key knows its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from payroll.domain.clause import LegalClass
from payroll.domain.text import Text

# a parameter as written: one value, a table, or blank because its source gives no value
ParameterText: TypeAlias = str | Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Written:
    """A text and the line on which it stands."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: these facts and measures give this amount; `cites` says where the number comes from.

    `parameters` try another reading of the source than the one that is shipped. `standing` is a place in a rank.
    """

    given: tuple[Mapping[str, str], ...]
    measures: Mapping[str, str]
    terms: Mapping[str, str]
    parameters: Mapping[str, ParameterText]
    standing: Mapping[str, str]
    expect: str
    cites: str
    line: int


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause as written."""

    id: str
    line: int
    title: Text
    clause: str
    events: tuple[str, ...]
    amount: Written | None
    recommend: Text | None
    pool: str | None
    confirm: str | None
    rank: Written | None
    window: str | None
    per: tuple[str, ...]
    stack: str | None
    when: Written | None
    define: Mapping[str, Written]
    parameters: Mapping[str, ParameterText]
    names: Mapping[str, Text]
    legal_class: LegalClass | None
    family: str | None
    reversed_by: tuple[str, ...]
    moved_by: str | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class VersionText:
    """One version of a pack as the product ships it."""

    version: int
    note: Text
    clauses: tuple[ClauseText, ...]


@dataclass(frozen=True, slots=True)
class PackText:
    """A pack: one regulation, its pools of money, and its versions."""

    pack: str
    title: Text
    document: Text
    pools: Mapping[str, Text]
    versions: Mapping[int, VersionText]
