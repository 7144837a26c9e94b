"""What each process is told by environment variables; the same names at home and in containers."""

import asyncio
import json
from collections.abc import Mapping

from local_stack import ports
from local_stack.databases import close_system_databases, create_service_database, owner_role, runtime_role
from local_stack.home import Home
from local_stack.members import CLOSER, GATEWAY, MEMBERS
from local_stack.nats import Nats
from local_stack.postgres import Postgres
from local_stack.secret_files import password


def make_databases(home: Home, postgres: Postgres) -> None:
    """Make each member's database and roles, or bring them in line."""

    async def make() -> None:
        await close_system_databases(postgres.admin_url)
        for member in MEMBERS:
            await create_service_database(
                postgres.admin_url,
                member,
                owner_password=password(home.passwords, owner_role(member)),
                runtime_password=password(home.passwords, runtime_role(member)),
            )

    asyncio.run(make())


def serving(member: str, home: Home, postgres: Postgres, nats: Nats, upstreams: Mapping[str, int]) -> dict[str, str]:
    """What a serving process of `member` is told; `upstreams` are the ports of the services' APIs."""
    told = {
        "ZHANGGUI_DATABASE_URL": _database(home, postgres, member, runtime_role(member)),
        "ZHANGGUI_NATS_URL": nats.url(member),
        "ZHANGGUI_NATS_MONITOR_URL": nats.monitor_url,
        "ZHANGGUI_PUBLIC_KEYS": str(home.public_keys),
        "ZHANGGUI_PRIVATE_KEY": str(home.private_keys / f"{member}.pem"),
    }
    addresses = {service: f"http://{ports.HOST}:{port}" for service, port in upstreams.items()}
    if member == GATEWAY:
        told["ZHANGGUI_UPSTREAMS"] = json.dumps(addresses)
    if member == CLOSER:
        told["ZHANGGUI_PEERS"] = json.dumps({name: url for name, url in addresses.items() if name != CLOSER})
    return told


def migrating(member: str, home: Home, postgres: Postgres) -> dict[str, str]:
    """What a migration of `member` is told: the owner's address, never given to a serving process."""
    return {"ZHANGGUI_OWNER_DATABASE_URL": _database(home, postgres, member, owner_role(member))}


def declaring(nats: Nats) -> dict[str, str]:
    """What the declaration of streams is told: the broker's administrator."""
    return {"ZHANGGUI_NATS_URL": nats.url("admin"), "ZHANGGUI_NATS_MONITOR_URL": nats.monitor_url}


def _database(home: Home, postgres: Postgres, member: str, role: str) -> str:
    return postgres.url(member, role, password(home.passwords, role))
