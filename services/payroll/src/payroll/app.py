"""The web application of payroll."""

from pathlib import Path

from fastapi import FastAPI

from chassis.auth import read_private_key
from chassis.imports.routes import imports_router
from chassis.replay import quarantine_router
from chassis.web import service_app
from payroll.api import ROUTERS
from payroll.api.peers import Peers
from payroll.consumers import SUBSCRIPTIONS
from payroll.domain.permissions import PERMISSIONS
from payroll.intake import KINDS
from payroll.settings import Settings

PROFILES = Path(__file__).with_name("profiles")


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="payroll",
        title="Payroll 工资",
        settings=Settings,
        routers=[
            *ROUTERS,
            imports_router(KINDS, Path(__file__).with_name("profiles")),
            quarantine_router(SUBSCRIPTIONS),
        ],
        permissions=PERMISSIONS,
        on_start=_know_peers,
    )


def _know_peers(app: FastAPI) -> None:
    settings = app.state.settings
    key = read_private_key(settings.private_key) if settings.private_key else None
    app.state.peers = Peers(settings.peers, key)
