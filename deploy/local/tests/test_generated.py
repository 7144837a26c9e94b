"""Committed documents that are not what the code says are named, whichever way they differ."""

from pathlib import Path

import pytest

from local_stack import generated


def test_changed_missing_and_left_over_documents_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "SERVICES", ())  # events only: building the applications takes seconds
    generated.generate(tmp_path)
    assert generated.drift(tmp_path) == []

    schemas = sorted((tmp_path / "contracts" / "schemas").glob("*.json"))
    schemas[0].write_text(schemas[0].read_text() + " ")
    schemas[1].unlink()
    (tmp_path / "contracts" / "openapi" / "gone.json").write_text("{}")
    changed, missing = (f"contracts/schemas/{path.name}" for path in schemas[:2])
    assert generated.drift(tmp_path) == sorted(["contracts/openapi/gone.json", changed, missing])
