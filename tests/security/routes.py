"""The routes of a service as they are served, with something plausible in the place of every parameter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from chassis.health import OPEN_ROUTES
from chassis.serve import application

SAMPLES = {
    "period": "2026-10",
    "letter_id": "1",
    "employee_no": "A001",
    "shop": "tmall",
    "order_no": "T1",
    "warehouse": "main",
    "code": "day",
    "login": "somebody",
}
NEVER = "00000000-0000-7000-8000-000000000001"


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    path: str

    @property
    def address(self) -> str:
        return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: SAMPLES.get(found[1], NEVER), self.path)


def guarded(service: str) -> list[Route]:
    """List the routes of a service that demand a permission: what its application serves, not what it documents."""
    app = application(service, "api")
    pages = app if isinstance(app, FastAPI) else app.pages
    return list(_routes(pages))


def _routes(app: FastAPI) -> Iterator[Route]:
    for route in iter_route_contexts(app.routes):
        if route.path is not None and route.path not in OPEN_ROUTES:
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Route(method, route.path)
