"""The web application of attendance."""

from fastapi import FastAPI

from attendance.api import router
from attendance.domain.permissions import PERMISSIONS
from attendance.settings import Settings
from chassis.web import service_app


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="attendance",
        title="Attendance 考勤与人员",
        settings=Settings,
        routers=[router],
        permissions=PERMISSIONS,
    )
