"""A broker without room: events wait in the outbox, loudly, and all arrive once there is room again."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest

from chassis import streams
from local_stack import nats
from local_stack.supervisor import Child, end_in_order, look_after
from local_stack.testing import declare_streams

from .conftest import Orders, all_streamed, unavailable, until, working
from .disks import fill, small_disk

ROOM = 1024**2
BEFORE, MEANWHILE = 3, 40
LONG = "ZHANGGUI_LONG" in os.environ


async def _fill(server: nats.Nats) -> None:
    """Fill the store with what belongs to others, until the broker refuses even a small event."""
    admin = await streams.connect(server.url(nats.ADMIN), name="ballast")
    await streams.ask(admin, "STREAM.CREATE.BALLAST", {"name": "BALLAST", "subjects": ["ballast"], "storage": "file"})
    for size in (100_000, 1000, 10):
        while b'"error"' not in (await admin.request("ballast", b"x" * size, timeout=5)).data:
            pass
    await streams.leave(admin)


async def _make_room(server: nats.Nats) -> None:
    admin = await streams.connect(server.url(nats.ADMIN), name="ballast")
    await streams.ask(admin, "STREAM.DELETE.BALLAST")
    await streams.leave(admin)


async def test_a_broker_that_refuses_for_want_of_room(
    orders: Orders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders.http._transport.app.state.backlog, "limit", 1000)  # type: ignore[attr-defined]
    server = nats.start(tmp_path / "nats", room=ROOM)
    try:
        await declare_streams(server)
        async with working(orders.db, server, monkeypatch) as worker:
            await _place(orders, range(BEFORE))
            await until("they are in the stream", lambda: all_streamed(orders, server))
            assert (await worker.get("/healthz")).status_code == 200
            await _fill(server)
            await _place(orders, range(BEFORE, BEFORE + MEANWHILE))

            async def unwell() -> bool:
                return (await worker.get("/healthz")).status_code != 200

            await until("the worker says so", unwell)
            said = unavailable(await worker.get("/healthz"), "worker-waits")
            assert "insufficient resources" in said["detail"]
            assert 'zhanggui_relay_refused{producer="orders"} 1.0' in (await worker.get("/metrics")).text
            assert not await all_streamed(orders, server)
            await _make_room(server)
            await until("all arrive", lambda: all_streamed(orders, server))
            await until("the worker is well", lambda: _well(worker))
            assert 'zhanggui_relay_refused{producer="orders"} 0.0' in (await worker.get("/metrics")).text
        assert await orders.value("SELECT count(*) FROM outbox WHERE type = 'order.created'") == BEFORE + MEANWHILE
    finally:
        nats.stop(server)


@pytest.mark.skipif(not LONG, reason="ZHANGGUI_LONG=1: the broker keeps silent and is waited for")
async def test_a_broker_whose_disk_is_full(orders: Orders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real full disk: nats-server answers nothing, and takes nothing until it is started again (seen with 2.15.1)."""
    monkeypatch.setattr(orders.http._transport.app.state.backlog, "limit", 1000)  # type: ignore[attr-defined]
    store = tmp_path / "nats" / "store"
    with small_disk(store, "1m"):
        folder = tmp_path / "nats"
        server = nats.start(folder)
        watched = Child(
            "nats",
            lambda: nats.start(folder, port=server.port).process,
            folder / "nats.log",
            server.port,
            spoilt=lambda: nats.is_spoilt(server.monitor_port),
        )
        watched.adopt(server.process)
        try:
            await declare_streams(server)
            async with working(orders.db, server, monkeypatch) as worker:
                await _place(orders, range(BEFORE))
                await until("they are in the stream", lambda: all_streamed(orders, server))
                ballast = store / "ballast"
                fill(ballast)
                await _place(orders, range(BEFORE, BEFORE + MEANWHILE))

                async def unwell() -> bool:
                    return (await worker.get("/healthz")).status_code != 200

                await until("the worker says so", unwell)
                assert "no answer" in unavailable(await worker.get("/healthz"), "worker-waits")["detail"]
                assert nats.is_spoilt(server.monitor_port)
                ballast.unlink()
                told: list[str] = []
                await until("it is started again", lambda: _started_again(watched, told))
                assert any("takes nothing" in line for line in told)
                await until("all arrive", lambda: all_streamed(orders, server))
                await until("the worker is well", lambda: _well(worker))
            assert await orders.value("SELECT count(*) FROM outbox WHERE type = 'order.created'") == BEFORE + MEANWHILE
        finally:
            end_in_order([watched], patience=10)


async def _started_again(watched: Child, told: list[str]) -> bool:
    look_after([watched], told.append)
    return watched.restarts == 1


async def _place(orders: Orders, numbers: range) -> None:
    answers = await asyncio.gather(*(orders.place(number) for number in numbers))
    assert {answer.status_code for answer in answers} == {201}


async def _well(worker: httpx.AsyncClient) -> bool:
    return (await worker.get("/healthz")).status_code == 200
