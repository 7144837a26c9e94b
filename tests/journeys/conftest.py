"""The real data that the journeys import."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("ZHANGGUI_SHARED") or Path(__file__).resolve().parents[3] / "shared")


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
    """Begin with what takes longest, so that the others have something to do meanwhile.

    Before it comes who hears everything that is sold, while that is little.
    """
    items.sort(key=lambda item: ["test_subscriber" in item.nodeid, "test_retail" in item.nodeid], reverse=True)
