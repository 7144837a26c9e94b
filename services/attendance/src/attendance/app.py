"""The web application of attendance."""

from pathlib import Path

from fastapi import FastAPI

from attendance.api import corrections, days, employees, leaves, punches, roster, shifts, thresholds
from attendance.domain.permissions import PERMISSIONS
from attendance.intake.kinds import KINDS
from attendance.settings import Settings
from chassis.imports.routes import imports_router
from chassis.seals import seals_router
from chassis.web import service_app

PROFILES = Path(__file__).with_name("profiles")
SUBJECTS = (employees, shifts, roster, punches, days, corrections, leaves, thresholds)


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="attendance",
        title="Attendance 考勤与人员",
        settings=Settings,
        routers=[
            *(module.router for module in SUBJECTS),
            imports_router(KINDS, PROFILES),
            seals_router("attendance"),
        ],
        permissions=PERMISSIONS,
    )
