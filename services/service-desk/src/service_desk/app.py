"""The web application of service-desk."""

from pathlib import Path

from fastapi import FastAPI

from chassis.imports.routes import imports_router
from chassis.replay import quarantine_router
from chassis.seals import seals_router
from chassis.web import service_app
from service_desk.api import chats, desk, reviews
from service_desk.consumers import SUBSCRIPTIONS
from service_desk.domain.permissions import PERMISSIONS
from service_desk.intake import KINDS
from service_desk.settings import Settings

PROFILES = Path(__file__).parent / "profiles"


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="service_desk",
        title="Service desk 客服",
        settings=Settings,
        routers=[
            chats.router,
            reviews.router,
            desk.router,
            imports_router(KINDS, PROFILES),
            seals_router("service_desk"),
            quarantine_router(SUBSCRIPTIONS),
        ],
        permissions=PERMISSIONS,
    )
