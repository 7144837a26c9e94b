"""The one list of what runs: everything in the local stack derives from it."""

from types import MappingProxyType

SERVICES: tuple[str, ...] = ("attendance", "orders", "service_desk", "inventory", "payroll")
"""Python packages of the services, in the order they start."""

GATEWAY = "gateway"

CLOSER = "payroll"
"""Asks the other services for their seals when a month is closed, in its own name."""

MEMBERS: tuple[str, ...] = (*SERVICES, GATEWAY)
"""Everything with a database, a broker user, an API and a worker."""

SOURCES = MappingProxyType(
    {
        "contracts": "contracts",
        "chassis": "chassis",
        "gateway": "gateway",
        "local_stack": "deploy/local",
        "demo": "deploy/demo",
        **{service: f"services/{service.replace('_', '-')}" for service in SERVICES},
    }
)
"""Workspace package -> folder of its member in the checkout."""
