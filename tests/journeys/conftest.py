"""One stack for all journeys, whatever the number of test processes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .house import House, shared_house

SHARED = Path(os.environ.get("ZHANGGUI_SHARED") or Path(__file__).resolve().parents[3] / "shared")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running product; the months and people that a journey uses are its own."""
    own = tmp_path_factory.getbasetemp()
    with shared_house(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) as found:
        yield found


@pytest.fixture(scope="session")
def olist() -> Path:
    """The folder of the Olist files."""
    return _data("olist")


@pytest.fixture(scope="session")
def retail() -> Path:
    """The folder of the retail invoices."""
    return _data("retail")


@pytest.fixture(scope="session")
def punches() -> Path:
    """The folder of the punches."""
    return _data("punches")


@pytest.fixture(scope="session")
def support() -> Path:
    """The folder of the support messages."""
    return _data("support")


def _data(name: str) -> Path:
    folder = SHARED / "data" / name
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder.name} is not in the shared folder (set ZHANGGUI_SHARED)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that the other test processes have something to do meanwhile."""
    items.sort(key=lambda item: "test_retail" not in item.nodeid)
