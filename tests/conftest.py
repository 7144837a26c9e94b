"""One running product for every test that needs a whole one, whatever the number of test processes."""

import os
from collections.abc import Iterator

import pytest

from tests.journeys.house import House, shared_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running product; the months and people that a test uses are its own."""
    own = tmp_path_factory.getbasetemp()
    with shared_house(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) as found:
        yield found
