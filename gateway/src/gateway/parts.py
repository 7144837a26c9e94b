"""The parts of one running gateway process."""

import re
from dataclasses import dataclass

from aiohttp import ClientSession

from chassis.auth import read_private_key
from chassis.database import Database
from gateway.client import line_to, open_client
from gateway.documents import Documents
from gateway.domain.limits import Buckets, Rate
from gateway.forward import Upstream
from gateway.hashing import Hashing
from gateway.identity import Identities
from gateway.knocking import Pulse
from gateway.lanes import Lanes
from gateway.settings import GatewaySettings

ADDRESS = re.compile(r"http://(?P<host>(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)/?")
PAY_DATA = frozenset({"payroll"})  # services whose answers nobody may keep


@dataclass(frozen=True, slots=True)
class Parts:
    """What lives as long as the process."""

    client: ClientSession
    upstreams: dict[bytes, Upstream]  # by public segment
    identities: Identities
    hashing: Hashing
    lanes: Lanes
    documents: Documents
    addresses: Buckets
    users: Buckets
    sign_ins: Buckets


def open_parts(settings: GatewaySettings, database: Database) -> Parts:
    """Put the process together; raises ValueError that names the setting which is missing or wrong."""
    if settings.private_key is None:
        raise ValueError("ZHANGGUI_PRIVATE_KEY is not set: the gateway signs internal tokens with it")
    refused = Buckets(_rate(settings.refused_rate))
    upstreams = [upstream(name, address) for name, address in sorted(settings.upstreams.items())]
    client = open_client(settings.upstream_timeout)
    return Parts(
        client=client,
        upstreams={known.segment.encode(): known for known in upstreams},
        identities=Identities(database, settings, read_private_key(settings.private_key), refused),
        hashing=Hashing(),
        lanes=Lanes(),
        documents=Documents(client, upstreams),
        addresses=Buckets(_rate(settings.address_rate)),
        users=Buckets(_rate(settings.user_rate)),
        sign_ins=Buckets(_rate(settings.sign_in_rate)),
    )


def upstream(name: str, address: str) -> Upstream:
    """Describe a service by its package name and address; raises ValueError for an address of another form."""
    given = ADDRESS.fullmatch(address)
    if given is None:
        raise ValueError(f"ZHANGGUI_UPSTREAMS: {name} has the address {address}; write http://host:port")
    host = given["host"]
    return Upstream(name, name.replace("_", "-"), name in PAY_DATA, host, line_to(host), Pulse(name, host))


def _rate(per_second: float) -> Rate:
    """Let twice a second's worth through at once, so that a burst after a pause is no offence."""
    return Rate(per_second, max(1.0, 2 * per_second))
