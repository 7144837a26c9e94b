"""The gateway's own endpoints."""

from gateway.api import accounts, documentation, sign_in

ROUTERS = (sign_in.router, accounts.router, documentation.router)
