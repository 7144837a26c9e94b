"""The broker: who may say what, and what survives."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import nats as nats_py
import pytest
import pytest_asyncio
from nats.aio.client import Client

from chassis.streams import ask, declare
from contracts.subjects import PRODUCERS
from local_stack import nats
from local_stack.nats import Nats

Connect = Callable[[Nats, str], Awaitable[Client]]


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Connect]:
    """Connect as a user of a server; closed when the test ends."""
    opened: list[Client] = []

    async def connected(to: Nats, user: str) -> Client:
        inbox = f"_INBOX_{user}".encode()
        client = await nats_py.connect(to.url(user), inbox_prefix=inbox, allow_reconnect=False, error_cb=quiet)
        opened.append(client)
        return client

    yield connected
    for client in opened:
        await client.close()


async def quiet(error: Exception) -> None:
    """Refusals are asserted where they show."""


async def declare_all(server: Nats) -> None:
    admin = await nats_py.connect(server.url("admin"))
    for producer in PRODUCERS:
        await declare(admin, producer)
    await admin.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    """Start a broker with all streams, for tests of permissions, which leave it as it is."""
    started = nats.start(tmp_path_factory.mktemp("nats"))
    asyncio.run(declare_all(started))
    yield started
    nats.kill(started)


@pytest_asyncio.fixture
async def orders(guarded: Nats, connect: Connect) -> Client:
    """Be the user `orders`."""
    return await connect(guarded, "orders")


async def test_a_service_publishes_its_own_words(orders: Client) -> None:
    for word in PRODUCERS["orders"]:
        answer = await orders.request(f"{word}.tried", b"x", timeout=2)
        assert b'"stream":"ORDERS"' in answer.data


@pytest.mark.parametrize("subject", ["review.negative", "payslip.issued", "employee.hired", "$SYS.x", "_INBOX.x"])
async def test_a_service_publishes_no_foreign_word(orders: Client, subject: str) -> None:
    with pytest.raises(TimeoutError):
        await orders.request(subject, b"x", timeout=0.3)
    assert "permissions violation" in str(orders.last_error).lower()


@pytest.mark.parametrize(
    "call",
    [
        "STREAM.DELETE.ORDERS",
        "STREAM.PURGE.ORDERS",
        "STREAM.UPDATE.ORDERS",
        "STREAM.MSG.DELETE.ORDERS",
        "STREAM.CREATE.PAYROLL",
        "STREAM.CREATE.ANYTHING",
        "ACCOUNT.PURGE.x",
    ],
)
async def test_a_service_administers_no_stream(orders: Client, call: str) -> None:
    with pytest.raises(TimeoutError):
        await orders.request(f"$JS.API.{call}", b"{}", timeout=0.3)
    assert "permissions violation" in str(orders.last_error).lower()


async def test_a_service_declares_its_own_lost_stream_again(server: Nats, connect: Connect) -> None:
    orders = await connect(server, "orders")
    await declare(orders, "orders")
    assert (await ask(orders, "STREAM.INFO.ORDERS"))["config"]["name"] == "ORDERS"


@pytest.mark.parametrize("subject", [">", "_INBOX_payroll.>", "payslip.>", "_INBOX.>"])
async def test_a_service_listens_to_nobody_elses_answers(guarded: Nats, subject: str) -> None:
    heard: asyncio.Queue[Exception] = asyncio.Queue()
    orders = await nats_py.connect(guarded.url("orders"), allow_reconnect=False, error_cb=heard.put)
    await orders.subscribe(subject)
    assert "permissions violation" in str(await asyncio.wait_for(heard.get(), 5)).lower()
    await orders.close()


async def test_a_wrong_password_stays_outside(guarded: Nats) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
    await reader.readline()
    writer.write(b'CONNECT {"user":"orders","pass":"wrong","verbose":true}\r\n')
    assert b"Authorization Violation" in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_acknowledged_messages_survive_a_kill_and_a_wipe_loses_all(server: Nats, connect: Connect) -> None:
    await declare_all(server)
    orders = await connect(server, "orders")
    await orders.request("order.created", b"kept", timeout=2)
    nats.kill(server)
    again = nats.start(server.folder)
    assert (again.port, again.monitor_port) == (server.port, server.monitor_port)
    admin = await connect(again, "admin")
    assert (await ask(admin, "STREAM.INFO.ORDERS"))["state"]["messages"] == 1

    nats.wipe(again)
    empty = nats.start(server.folder)
    admin = await connect(empty, "admin")
    assert (await ask(admin, "STREAM.NAMES"))["total"] == 0
    nats.stop(empty)


def test_a_server_that_a_killed_run_left_is_ended_first(server: Nats) -> None:
    again = nats.start(server.folder)
    assert server.process.wait(timeout=5) is not None
    nats.stop(again)
