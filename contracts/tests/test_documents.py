"""The generated documents are the committed ones, to the byte."""

import json
from pathlib import Path

import pytest

from contracts.generate import documents

CONTRACTS = Path(__file__).parents[1]
MADE = documents()


@pytest.mark.parametrize("path", sorted(MADE))
def test_committed_documents_are_what_the_classes_say(path: str) -> None:
    committed = (CONTRACTS / path).read_text(encoding="utf-8")
    assert committed == MADE[path], f"{path} drifted: run `python -m contracts.generate contracts` and look at the diff"


def test_no_committed_schema_is_left_over() -> None:
    committed = {f"schemas/{path.name}" for path in (CONTRACTS / "schemas").iterdir()}
    assert committed == {path for path in MADE if path.startswith("schemas/")}


def test_references_of_asyncapi_lead_somewhere() -> None:
    said = json.loads(MADE["asyncapi.json"])
    for name, channel in said["channels"].items():
        payload = channel["messages"]["event"]["payload"]["$ref"]
        assert (CONTRACTS / payload).is_file()
        assert json.loads((CONTRACTS / payload).read_text("utf-8"))["$id"] == f"zhanggui:{name}"
    for operation in said["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in said["channels"]
