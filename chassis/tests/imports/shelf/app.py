"""Boxes over HTTP: only their import."""

from pathlib import Path

from fastapi import FastAPI

from chassis.imports.routes import imports_router
from chassis.settings import ServiceSettings
from chassis.web import service_app

from .intake import KINDS

PERMISSIONS = {"imports.read": frozenset({"employee", "boss"}), "imports.write": frozenset({"boss"})}


def create_app() -> FastAPI:
    """Build the application."""
    return service_app(
        service="shelf",
        title="Shelf",
        settings=ServiceSettings,
        routers=[imports_router(KINDS, Path(__file__).parent / "profiles")],
        permissions=PERMISSIONS,
    )
