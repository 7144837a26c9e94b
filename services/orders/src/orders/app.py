"""The web application of orders."""

import re
from pathlib import Path

from fastapi import FastAPI

from chassis.gathering import Gathering
from chassis.imports.routes import imports_router
from chassis.replay import quarantine_router
from chassis.seals import seals_router
from chassis.web import service_app
from orders.api import clocks, orders, refunds, shop_settings
from orders.commands.place_orders import place_orders
from orders.consumers import SUBSCRIPTIONS
from orders.domain.permissions import PERMISSIONS
from orders.intake import KINDS
from orders.settings import Settings

PROFILES = Path(__file__).parent / "profiles"


def create_app() -> FastAPI:
    """Build the application; nothing is read of the environment before it starts."""
    return service_app(
        service="orders",
        title="Orders 订单",
        settings=Settings,
        routers=[
            orders.router,
            orders.untagged_router,
            clocks.router,
            refunds.router,
            shop_settings.router,
            imports_router(KINDS, PROFILES),
            seals_router("orders"),
            quarantine_router(SUBSCRIPTIONS),
        ],
        permissions=PERMISSIONS,
        on_start=_prepare,
    )


def _prepare(app: FastAPI) -> None:
    app.state.placing = Gathering(app.state.backlog, place_orders)
    app.state.remark_pattern = re.compile(app.state.settings.remark_pattern)
