"""One request at the gate."""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from gateway.headers import Incoming


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with what the gateway has read out of it."""

    scope: Scope
    receive: Receive
    send: Send
    incoming: Incoming
    network: str  # the party it comes from: see gateway.domain.limits.network_of
