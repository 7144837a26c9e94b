"""The broker: how to reach it, how its streams must be, and whether they are.

Plain nats-py stays in this module, `relay` and `consumer`.
"""

import asyncio
import base64
import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import nats
from nats.aio.client import Client
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.settings import broker_user
from contracts.subjects import PRODUCERS, stream_of

ANSWER_TIME = 5.0
OLDEST_BROKER = (2, 15)
STREAM_NOT_FOUND = 10059
MESSAGE_NOT_FOUND = 10037


class BrokerError(Exception):
    """The broker refused a request of its JetStream API."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{description} (JetStream error {code})")
        self.code = code


class BrokerUnfit(Exception):
    """The broker or a stream is not set up as durability needs it; starting anyway could lose events."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One message as the stream holds it."""

    sequence: int
    headers: dict[str, str]
    body: bytes


async def connect(url: str, *, name: str) -> Client:
    """Connect to the broker; a frozen one is noticed within seconds.

    The library does not reconnect by itself here: whoever holds the connection starts over from what the database
    says, so that nothing depends on what a half-dead connection remembers.
    """
    return await nats.connect(
        url,
        name=name,
        inbox_prefix=f"_INBOX_{broker_user(url)}".encode(),
        allow_reconnect=False,
        connect_timeout=3,
        ping_interval=1,
        max_outstanding_pings=2,
        error_cb=_quiet,
    )


async def _quiet(error: Exception) -> None:
    """Errors surface where they are awaited; the callback would only print them twice."""


async def ask(broker: Client, subject: str, request: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the JetStream API; raises BrokerError with its code when it refuses, TimeoutError when it is silent."""
    body = json.dumps(request).encode() if request is not None else b""
    answer = await broker.request(f"$JS.API.{subject}", body, timeout=ANSWER_TIME)
    said: dict[str, Any] = json.loads(answer.data)
    if "error" in said:
        raise BrokerError(said["error"].get("err_code", 0), said["error"].get("description", ""))
    return said


def wanted(producer: str, *, first_sequence: int = 0) -> dict[str, Any]:
    """Say how a producer's stream must be: on disk, unlimited, refusing new messages rather than dropping old ones."""
    stream: dict[str, Any] = {
        "name": stream_of(producer),
        "subjects": [f"{word}.>" for word in PRODUCERS[producer]],
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "num_replicas": 1,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_consumers": -1,
        "deny_delete": True,
        "deny_purge": True,
    }
    return stream | ({"first_seq": first_sequence} if first_sequence else {})


async def declare(broker: Client, producer: str, *, first_sequence: int = 0) -> None:
    """Make the producer's stream where it is missing; one that exists is left as it is (see `check`)."""
    try:
        await ask(broker, f"STREAM.INFO.{stream_of(producer)}")
    except BrokerError as error:
        if error.code != STREAM_NOT_FOUND:
            raise
        request = wanted(producer, first_sequence=first_sequence)
        await ask(broker, f"STREAM.CREATE.{stream_of(producer)}", request)


async def check(broker: Client, producer: str) -> dict[str, Any]:
    """Read a stream back and compare it with what is wanted; returns its state (first_seq, last_seq, messages).

    Raises BrokerUnfit naming every setting that drifted, BrokerError when the stream is missing.
    """
    info = await ask(broker, f"STREAM.INFO.{stream_of(producer)}")
    config = info["config"]
    # the broker leaves out settings that are false or zero
    drift = {k: (config.get(k), v) for k, v in wanted(producer).items() if (config.get(k) or 0) != (v or 0)}
    if drift:
        found = ", ".join(f"{name} is {have!r}, must be {want!r}" for name, (have, want) in drift.items())
        raise BrokerUnfit(f"stream {stream_of(producer)}: {found}; declare it anew with `python -m chassis.streams`")
    state: dict[str, Any] = info["state"]
    return state


async def check_broker(monitor_url: str) -> None:
    """Refuse a broker that is too old or may lose acknowledged messages at a power cut.

    Only the monitoring endpoint tells whether `sync_interval: always` is set.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_TIME)) as http:
        async with http.get(f"{monitor_url}/varz") as answer:
            facts = await answer.json(content_type=None)
    version = tuple(int(part) for part in facts["version"].split("-")[0].split(".")[:2])
    if version < OLDEST_BROKER:
        raise BrokerUnfit(f"nats-server {facts['version']} is older than 2.15; upgrade the broker")
    if not facts.get("jetstream", {}).get("config", {}).get("sync_always", False):
        raise BrokerUnfit("the broker lacks `jetstream { sync_interval: always }`: acknowledged events could be lost")


async def stored(broker: Client, producer: str, sequence: int) -> Stored | None:
    """Read one message of a stream; None when there is none at that sequence."""
    try:
        said = await ask(broker, f"STREAM.MSG.GET.{stream_of(producer)}", {"seq": sequence})
    except BrokerError as error:
        if error.code == MESSAGE_NOT_FOUND:
            return None
        raise
    message = said["message"]
    lines = base64.b64decode(message.get("hdrs", "")).decode().split("\r\n")[1:]
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Stored(message["seq"], headers, base64.b64decode(message.get("data", "")))


async def leave(broker: Client | None) -> None:
    """Close a connection whatever state it is in."""
    if broker is not None:
        with suppress(Exception):
            async with asyncio.timeout(2):
                await broker.close()


class AdminSettings(BaseSettings):
    """What the declaring step is told."""

    model_config = SettingsConfigDict(env_prefix="ZHANGGUI_", extra="ignore")

    nats_url: str
    nats_monitor_url: str


async def _declare_all() -> None:
    settings = AdminSettings()
    await check_broker(settings.nats_monitor_url)
    broker = await connect(settings.nats_url, name="streams")
    try:
        for producer in PRODUCERS:
            await declare(broker, producer)
            await check(broker, producer)
            print(f"{stream_of(producer)}: declared")
    finally:
        await broker.close()


if __name__ == "__main__":
    if sys.argv[1:] != ["declare"]:
        sys.exit("usage: python -m chassis.streams declare")
    asyncio.run(_declare_all())
