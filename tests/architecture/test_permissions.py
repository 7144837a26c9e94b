"""Every route of every service says who may use it, or is one of the few that everybody may."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from chassis.health import OPEN_ROUTES

SERVICES = ("attendance", "orders", "service_desk", "inventory", "payroll", "gateway")
ROLES = frozenset({"employee", "lead", "hr", "finance", "boss", "keeper", "auditor", "service"})
# who signs in is not signed in yet, and the documentation holds no data
OPEN: Mapping[str, frozenset[str]] = {
    "gateway": frozenset(
        {"POST /auth/token", "POST /auth/refresh", "POST /auth/revoke", "GET /docs", "GET /docs/openapi.json"}
        | {"GET /docs/{name}"}
    )
}


@dataclass(frozen=True)
class Declared:
    """A route as it is served, and the permissions it demands."""

    names: frozenset[str]
    path: str
    permissions: tuple[str, ...]


def permissions_in(dependant: Dependant) -> Iterator[str]:
    """Find the permissions that a route's dependencies demand."""
    declared = getattr(dependant.call, "permission", None)
    if declared is not None:
        yield declared
    for inner in dependant.dependencies:
        yield from permissions_in(inner)


def application(service: str) -> FastAPI:
    app: Any = importlib.import_module(f"{service}.app").create_app()
    # the gateway stands before its own pages; what it passes on, the services judge
    pages: FastAPI = app if isinstance(app, FastAPI) else app.pages
    return pages


def routes(app: FastAPI) -> list[Declared]:
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        demanded = tuple(permissions_in(dependant)) if isinstance(dependant, Dependant) else ()
        names = frozenset(f"{method} {route.path}" for method in (route.methods or ()) if method != "HEAD")
        found.append(Declared(names, route.path or "", demanded))
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_declares_a_permission_or_is_open(service: str) -> None:
    open_here = OPEN.get(service, frozenset())
    served = routes(application(service))
    unguarded = {
        name
        for route in served
        if not route.permissions and route.path not in OPEN_ROUTES
        for name in route.names or {route.path}
    }
    assert unguarded == open_here
    assert any(route.permissions for route in served), "the search finds permissions at all"


@pytest.mark.parametrize("service", SERVICES)
def test_permissions_are_known_and_used(service: str) -> None:
    app = application(service)
    known: Mapping[str, frozenset[str]] = app.state.permissions
    used = {permission for route in routes(app) for permission in route.permissions}
    assert used == set(known), "a permission nobody demands protects nothing"
    for permission, roles in known.items():
        assert roles, permission
        assert roles <= ROLES, permission
