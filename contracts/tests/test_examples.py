"""Examples of every released version must be readable for ever; nobody edits one, new ones are added.

Of each version there are two: `<type>.v<n>.json` with every field, `<type>.v<n>.least.json` with what was required when
it was released. A field that becomes required, or narrower, makes one of them unreadable. When a shape gains an
optional field, an example that has it is added: `<type>.v<n>.<word>.json`.
"""

import json
from pathlib import Path

import pytest

from contracts.base import EventData
from contracts.catalogue import event_class, every_class
from contracts.envelope import Envelope

FOLDER = Path(__file__).parents[1] / "examples"
FILES = sorted(FOLDER.glob("*.json"))


def class_of(path: Path) -> type[EventData]:
    type_, _, version = path.name.removesuffix(".json").rpartition(".v")
    data = event_class(type_, int(version.split(".")[0]))
    assert data is not None, f"{path.name}: a released version is gone"
    return data


def read(path: Path) -> Envelope[EventData]:
    return Envelope[class_of(path)].model_validate_json(path.read_bytes())  # type: ignore[misc, no-any-return]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_example_can_be_read(path: Path) -> None:
    event = read(path)
    data = class_of(path)
    assert (event.type, event.source, event.dataschema) == (data.type, f"/{data.producer}", data.data_schema)


@pytest.mark.parametrize("path", [p for p in FILES if ".least" not in p.name], ids=lambda path: path.name)
def test_nothing_of_a_full_example_is_lost(path: Path) -> None:
    told = json.loads(path.read_bytes())
    kept = json.loads(read(path).model_dump_json(exclude_none=True))
    for instant in ("time", "recordedat"):
        assert kept.pop(instant)[:19] == told.pop(instant)[:19]
    assert kept == told


@pytest.mark.parametrize("path", [p for p in FILES if ".least" in p.name], ids=lambda path: path.name)
def test_the_least_example_has_only_what_is_required(path: Path) -> None:
    required = {name for name, field in class_of(path).model_fields.items() if field.is_required()}
    assert set(json.loads(path.read_bytes())["data"]) == required


def test_every_version_has_both_examples() -> None:
    expected = {f"{t}.v{v}{part}.json" for t, v in every_class() for part in ("", ".least")}
    assert expected <= {path.name for path in FILES}


@pytest.mark.parametrize("data", every_class().values(), ids=lambda data: f"{data.type}.v{data.version}")
def test_every_field_stands_in_an_example(data: type[EventData]) -> None:
    shown = [json.loads(path.read_bytes())["data"] for path in FILES if class_of(path) is data]
    assert set(data.model_fields) <= {name for one in shown for name in one}


def test_a_later_field_is_passed_over() -> None:
    told = json.loads((FOLDER / "employee.left.v1.json").read_bytes())
    told["data"]["reason"] = told["extension"] = "not yet invented"
    event = Envelope[class_of(FOLDER / "employee.left.v1.json")].model_validate(told)  # type: ignore[misc]
    assert event.data.employee_no == "A001"
