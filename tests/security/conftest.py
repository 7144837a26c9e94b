"""The stack that the journeys use as well; what is tried here leaves no trace in it that they would meet."""

import os
from collections.abc import Iterator

import pytest

from tests.journeys.house import House, shared_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running product."""
    own = tmp_path_factory.getbasetemp()
    with shared_house(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) as found:
        yield found
