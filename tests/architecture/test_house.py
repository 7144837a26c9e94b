"""The rules of the house that the import rules cannot say."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "contracts/src", ROOT / "chassis/src", ROOT / "gateway/src", ROOT / "deploy"]
SOURCES += sorted((ROOT / "services").glob("*/src"))
LONGEST = 400  # lines of a production file
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
CLOCK = ROOT / "chassis/src/chassis/clock.py"
WALL_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|END)\s*;?\s*\Z")
# written in two parts, so that this file does not find itself
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "jsdelivr" + ".net",
    "unpkg" + ".com",
    "docker" + ".io",
    "ghcr" + ".io",
    "quay" + ".io",
    "golang" + ".org",
    "crates" + ".io",
    "tuna.tsinghua" + ".edu.cn",
    "aliyun" + ".com",
]
MACHINE = ["/wo" + "rk/", "/ro" + "ot/"]


@cache
def production() -> list[Path]:
    """List the Python files of the product."""
    files = [path for source in SOURCES for path in source.rglob("*.py") if "tests" not in path.parts]
    return sorted(path for path in files if "__pycache__" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def everything() -> Iterator[Path]:
    """Walk over every file that could be committed."""
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        hidden = inside.parts[0].startswith(".") and inside.parts[0] not in {".ci", ".gitignore", ".dockerignore"}
        if not hidden and "__pycache__" not in inside.parts and inside.name != "uv.lock" and path.is_file():
            yield path


def places(found: list[tuple[Path, int]]) -> str:
    return ", ".join(f"{path.relative_to(ROOT)}:{line}" for path, line in found)


def test_the_search_sees_the_product() -> None:
    seen = {path.relative_to(ROOT).parts[0] for path in production()}
    assert seen == {"contracts", "chassis", "gateway", "services", "deploy"}
    assert CLOCK in production()


def test_only_the_chassis_commits() -> None:
    found = [
        (path, node.lineno)
        for path in production()
        if "chassis" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert not found, f"only the door commits: {places(found)}"


def test_nobody_writes_transactions_by_hand() -> None:
    found = [
        (path, node.lineno)
        for path in production()
        if path.parent.parts[-1] != "chassis"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TRANSACTION.match(node.value)
    ]
    assert not found, f"transactions are the door's: {places(found)}"


def reads_the_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return any(alias.name in {"time", "time_ns"} for alias in node.names)
    if not isinstance(node, ast.Attribute):
        return False
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return (name, node.attr) in WALL_CLOCKS


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("datetime.now(UTC)", True),
        ("datetime.datetime.utcnow()", True),
        ("date.today()", True),
        ("time.time()", True),
        ("from time import time", True),
        ("f = datetime.now", True),
        ("time.monotonic()", False),
        ("clock.now()", False),
        ("datetime.fromtimestamp(0)", False),
    ],
)
def test_the_search_for_clocks_finds_them(code: str, found: bool) -> None:
    assert any(reads_the_clock(node) for node in ast.walk(ast.parse(code))) == found


def test_one_file_reads_the_clock() -> None:
    found = [
        (path, getattr(node, "lineno", 0))
        for path in production()
        if path != CLOCK
        for node in ast.walk(tree(path))
        if reads_the_clock(node)
    ]
    assert not found, f"time is passed in; doors call chassis.clock.now(): {places(found)}"


def test_every_package_says_in_one_sentence_what_it_is() -> None:
    for path in production():
        if path.name == "__init__.py":
            said = ast.get_docstring(tree(path)) or ""
            assert said.endswith("."), path
            assert "\n\n" not in said, path


def test_files_stay_small() -> None:
    long = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in production()}
    assert {path: lines for path, lines in long.items() if lines > LONGEST} == {}


def test_names_say_what_is_inside() -> None:
    found = [
        p for p in production() if REFUSED_NAMES & {part.removesuffix(".py") for part in p.relative_to(ROOT).parts}
    ]
    assert not found


def test_no_file_names_a_registry_or_this_machine() -> None:
    found = []
    for path in everything():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {word}" for word in [*REGISTRIES, *MACHINE] if word in text]
    assert not found


def test_the_lock_file_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.findall(r"https?://\S+", lock)
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)
    assert len(pinned) > 20
    for block in re.split(r"^(?=[A-Za-z0-9_.-]+==)", lock, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]
