"""Every import profile that ships can be used: it reads, fits its service's kinds, and its patterns are taken."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.imports.layouts import layouts_of
from chassis.imports.patterns import compile_pattern
from chassis.imports.profile import read_profile

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(ROOT.glob("services/*/src/*/profiles/*.yaml"))
PATTERNS = ("extract", "matches", "pattern")


def patterns(value: Any) -> Iterator[str]:
    """Find every regular expression of a profile."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in PATTERNS and isinstance(inner, str):
                yield inner
            else:
                yield from patterns(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from patterns(inner)


def kinds_of(service: str) -> Any:
    """Find what a service takes in files: in its room `intake`, or in `intake/kinds.py` where that is a folder."""
    room = importlib.import_module(f"{service}.intake")
    return (importlib.import_module(f"{service}.intake.kinds") if hasattr(room, "__path__") else room).KINDS


def test_profiles_are_shipped() -> None:
    assert {path.stem for path in SHIPPED} >= {"generic", "qianniu", "jd"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_a_shipped_profile_can_be_used(path: Path) -> None:
    profile = read_profile(path.read_text("utf-8"))
    assert layouts_of(profile, kinds_of(path.parents[1].name))
    for pattern in patterns(profile.model_dump()):
        compile_pattern(pattern)


def test_patterns_are_found() -> None:
    found = [pattern for path in SHIPPED for pattern in patterns(read_profile(path.read_text("utf-8")).model_dump())]
    assert any("工号" in pattern for pattern in found)
