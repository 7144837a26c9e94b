"""The web application of orders."""

from fastapi import FastAPI

from chassis.web import service_app
from orders.api import orders, refunds
from orders.domain.permissions import PERMISSIONS
from orders.settings import Settings


def create_app() -> FastAPI:
    """Build the application; nothing is read or opened before it starts."""
    return service_app(
        service="orders",
        title="Orders 订单",
        settings=Settings,
        routers=[orders.router, refunds.router],
        permissions=PERMISSIONS,
    )
