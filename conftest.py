"""Every test run gets one real PostgreSQL cluster, shared by all its processes."""

import gc
import os

import pytest
from hypothesis import settings

from chassis.serve import spare_collector
from local_stack.throwaway import start_throwaway, stop_throwaway

CLUSTER = "ZHANGGUI_TEST_POSTGRES"
"""The superuser's address; set it yourself to run the tests on a server of your own."""

PLAIN = {"PGSSLMODE": "disable", "SSL_CERT_DIR": os.devnull}
"""A run has plain servers on the loopback only: asking each for TLS, and reading the world's authorities for each
HTTP client, would take up to 2 and some 50 ms, again and again."""

gc.disable()  # what is imported and collected lives as long as the run; see `pytest_runtestloop`

settings.register_profile("zhanggui", deadline=None)  # that the machine is busy is no fault of an example
settings.load_profile("zhanggui")

pytest_plugins = ["chassis.testing", "local_stack.testing"]


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster in the process that leads the run; the workers of xdist inherit its address."""
    if CLUSTER in os.environ or hasattr(config, "workerinput") or config.option.collectonly:
        return
    cluster = start_throwaway("shared")
    os.environ |= {CLUSTER: cluster.admin_url, **PLAIN}
    os.environ.pop("SSL_CERT_FILE", None)  # it goes before the folder

    def end() -> None:
        del os.environ[CLUSTER]
        stop_throwaway(cluster)

    config.add_cleanup(end)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Spare the collector what was imported and collected, as the product does: nearly a tenth of a run's time."""
    spare_collector()
    gc.enable()
