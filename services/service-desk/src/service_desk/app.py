"""The web application of service-desk."""

from fastapi import FastAPI

from chassis.web import service_app
from service_desk.domain.permissions import PERMISSIONS
from service_desk.settings import Settings


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="service_desk",
        title="Service desk 客服",
        settings=Settings,
        routers=[],
        permissions=PERMISSIONS,
    )
