"""The web application of attendance."""

from pathlib import Path

from fastapi import FastAPI

from attendance.api import router
from attendance.domain.permissions import PERMISSIONS
from attendance.intake import KINDS
from attendance.settings import Settings
from chassis.imports.routes import imports_router
from chassis.web import service_app


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="attendance",
        title="Attendance 考勤与人员",
        settings=Settings,
        routers=[router, imports_router(KINDS, Path(__file__).with_name("profiles"))],
        permissions=PERMISSIONS,
    )
