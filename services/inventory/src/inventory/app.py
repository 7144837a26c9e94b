"""The web application of inventory."""

from pathlib import Path

from fastapi import FastAPI

from chassis.imports.routes import imports_router
from chassis.replay import quarantine_router
from chassis.seals import seals_router
from chassis.web import service_app
from inventory.api import catalogue, mismatches, returns, stock, stocktakes
from inventory.consumers import SUBSCRIPTIONS
from inventory.domain.permissions import PERMISSIONS
from inventory.intake import KINDS
from inventory.settings import Settings

PROFILES = Path(__file__).parent / "profiles"


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="inventory",
        title="Inventory 仓库",
        settings=Settings,
        routers=[
            catalogue.router,
            stock.router,
            returns.router,
            stocktakes.router,
            mismatches.router,
            imports_router(KINDS, PROFILES),
            quarantine_router(SUBSCRIPTIONS),
            seals_router("inventory"),
        ],
        permissions=PERMISSIONS,
    )
