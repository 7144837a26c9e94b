"""`python gateway/tests/benchmarks/proxy.py`: what the gateway costs a request.

A tiny service, the gateway and the load each run in a process of their own, the gateway on a real database and with a
signed-in visitor. Prints requests a second and CPU per request, direct and through the gateway.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chassis.migrations import migrate
from local_stack.databases import create_service_database, database_url
from local_stack.throwaway import start_throwaway, stop_throwaway

PASSWORD = "correct horse battery"
LINE = {"line_no": 1, "sku": "WHITE-HANGING-HEART", "quantity": 6, "net_amount": "15.30"}
ORDER = json.dumps({"shop": "s", "order_no": "536365", "lines": [LINE] * 3}).encode()


async def tiny(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    """Read the body and answer a little JSON: the fastest service there can be."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = b'{"id":"01a20006-8d4b-75ca-8fa9-e9f7f6c90652","order_no":"536365"}'
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def load(port: int, path: str, token: str, connections: int, seconds: float) -> float:
    """Send orders over so many connections, each waiting for its answer; returns requests a second."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: 01a20006-8d4b\r\nContent-Length: {len(ORDER)}\r\n\r\n"
    )
    request, ends, done = head.encode() + ORDER, time.perf_counter() + seconds, 0

    async def visitor() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < ends:
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 201"):
                raise SystemExit(answer.decode())
            at = answer.lower().index(b"content-length: ") + 16
            await reader.readexactly(int(answer[at : answer.index(b"\r", at)]))
            done += 1
        writer.close()

    await asyncio.gather(*(visitor() for _ in range(connections)))
    return done / seconds


def measure(name: str, process: psutil.Process, *given: object) -> None:
    """Run the load in a process of its own and print what it saw and what `process` spent on it."""
    before = process.cpu_times()
    began = time.perf_counter()
    command = [sys.executable, __file__, "load", *map(str, given)]
    rate = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    took, after = time.perf_counter() - began, process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    requests = rate * float(str(given[-1]))
    print(f"{name:28} {rate:8.0f} requests/s   {spent / requests * 1e6:6.0f} us CPU each   ({spent / took:4.0%} core)")


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(*command: str, port: int) -> Iterator[psutil.Process]:
    """Run a process until the block ends, from when it listens."""
    process = subprocess.Popen([sys.executable, *command])
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def write_keys(folder: Path) -> None:
    """Make the gateway's key pair."""
    key = Ed25519PrivateKey.generate()
    (folder / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "gateway.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def prepare(admin_url: str, folder: Path, service_port: int) -> None:
    """Make database, keys and account, and set the environment of the gateway."""
    write_keys(folder)
    asyncio.run(create_service_database(admin_url, "gateway", owner_password="o", runtime_password="r"))
    place = database_url(admin_url, "gateway").rpartition("@")[2]
    asyncio.run(migrate("gateway", f"postgresql://gateway_owner:o@{place}"))
    os.environ |= {
        "ZHANGGUI_DATABASE_URL": f"postgresql://gateway_app:r@{place}",
        "ZHANGGUI_PUBLIC_KEYS": str(folder),
        "ZHANGGUI_PRIVATE_KEY": str(folder / "key"),
        "ZHANGGUI_UPSTREAMS": json.dumps({"orders": f"http://127.0.0.1:{service_port}"}),
        "ZHANGGUI_USER_RATE": "100000",
        "ZHANGGUI_ADDRESS_RATE": "100000",
    }
    create = [sys.executable, "-m", "gateway.accounts", "create", "bench", "--role", "employee"]
    subprocess.run(create, check=True, input=PASSWORD, text=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Measure three times each, direct and through the gateway."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--connections", type=int, default=16)
    asked.add_argument("--seconds", type=float, default=4)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    cluster = start_throwaway("proxy-benchmark")
    service_port, port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        prepare(cluster.admin_url, Path(folder), service_port)
        tiny_service = ("-m", "uvicorn", "proxy:tiny", "--app-dir", str(Path(__file__).parent), "--port")
        with (
            running(*tiny_service, str(service_port), "--log-level=error", port=service_port) as service,
            running("-m", "chassis.serve", "gateway", "api", "--port", str(port), port=port) as gateway,
        ):
            form = f"username=bench&password={PASSWORD.replace(' ', '+')}".encode()
            token = json.load(urlopen(f"http://127.0.0.1:{port}/auth/token", form))["access_token"]
            for _ in range(given.rounds):
                measure("direct", service, service_port, "/orders", "none", given.connections, given.seconds)
                measure(
                    "through the gateway", gateway, port, "/api/orders/orders", token, given.connections, given.seconds
                )
    stop_throwaway(cluster)


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        import uvloop

        _, _, to_port, to_path, with_token, over, during = sys.argv
        print(uvloop.run(load(int(to_port), to_path, with_token, int(over), float(during))))
    else:
        main()
