"""The web application of inventory."""

from fastapi import FastAPI

from chassis.web import service_app
from inventory.domain.permissions import PERMISSIONS
from inventory.settings import Settings


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="inventory",
        title="Inventory 仓库",
        settings=Settings,
        routers=[],
        permissions=PERMISSIONS,
    )
