"""What is too large, too deep or too packed is refused within bounded memory, and everybody else is served on."""

import gzip
import io
import json
import os
import socket
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from chassis import clock
from chassis.auth import sign
from tests.journeys.house import House, SignsIn, said, until

from .people import key_of, principal

MIB = 1024**2
WATCHED = ("gateway api", "orders api", "orders worker")
ROOM = 96
"""MiB that a process may grow by while somebody tries to blow it up."""


@contextmanager
def bounded(house: House) -> Iterator[None]:
    """Watch the memory of the processes, with all below them; they are the same and healthy in the end."""
    known = {name: psutil.Process(house.stack.processes()[name]["pid"]) for name in WATCHED}
    before = {name: _held(process) for name, process in known.items()}
    peak, ended = dict(before), threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            for name, process in known.items():
                peak[name] = max(peak[name], _held(process))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()
    grown = {name: peak[name] - before[name] for name in WATCHED}
    print({name: f"{before[name]:.0f} MiB + {grown[name]:.0f}" for name in WATCHED})
    assert all(more < ROOM for more in grown.values()), f"MiB more: {grown}"
    for name in WATCHED:
        entry = house.stack.processes()[name]
        assert entry["pid"] == known[name].pid, f"{name} died of it"
        assert httpx.get(f"http://127.0.0.1:{entry['port']}/healthz", timeout=60).status_code == 200


def _held(process: psutil.Process) -> float:
    held = 0.0
    for member in [process, *process.children(recursive=True)]:
        try:
            held += member.memory_info().rss / MIB
        except psutil.NoSuchProcess:  # it has ended meanwhile
            continue
    return held


@pytest.fixture(params=["gateway", "service"])
def door(request: pytest.FixtureRequest, house: House) -> tuple[str, str]:
    """The address of orders, through the gateway and directly, and the token that opens it."""
    if request.param == "gateway":
        said(house.boss.get("/auth/me"))
        assert isinstance(house.boss.auth, SignsIn)
        return f"{house.stack.gateway}/api/orders", f"Bearer {house.boss.auth.token}"
    token = sign(principal("boss"), audience="orders", key=key_of(house.stack), issuer="gateway", now=clock.now())
    return f"http://127.0.0.1:{house.stack.processes()['orders api']['port']}", f"Bearer {token}"


def poured(door: tuple[str, str], path: str, headers: dict[str, str], body: Iterable[bytes]) -> int:
    """Send a body until it ends or the server leaves, whatever was said of its length; gives the status.

    It is 0 where the server left while we went on sending, which may take its answer away.
    """
    parts = urlsplit(f"{door[0]}{path}")
    head = {"Host": parts.netloc, "Authorization": door[1], **headers}
    lines = [f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        try:
            for piece in body:
                line.sendall(piece)
            answer = line.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            return 0
    return int(answer.split(b" ", 2)[1]) if answer else 0


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Frame pieces as a chunked body, which says no length before its end."""
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def order(**content: Any) -> dict[str, Any]:
    line = {"sku": "S-1", "unit_price": "10.00"}
    return {"shop": "bombs", "order_no": "b-1", "placed_at": "2022-03-01T10:00:00+08:00", "lines": [line]} | content


def test_a_body_without_end_is_cut_off(house: House, door: tuple[str, str]) -> None:
    """By its length where it says one, else as soon as it is over the cap."""
    text = {"Content-Type": "application/json"}
    with bounded(house):
        said_long = text | {"Content-Length": str(10**12)}
        assert poured(door, "/orders", said_long, [b'{"remark": "']) == 413, "before it is read"
        pieces = [b'{"remark": "', *repeat(b"x" * MIB, 200)]
        assert poured(door, "/orders", text | {"Transfer-Encoding": "chunked"}, in_chunks(pieces)) in (413, 0)


def test_large_deep_and_packed_bodies_are_refused(house: House, door: tuple[str, str]) -> None:
    packed = gzip.compress(json.dumps(order(remark="x" * 50 * MIB)).encode(), compresslevel=1)
    assert len(packed) < 2 * MIB
    depth = 900_000
    bodies: dict[str, tuple[bytes, dict[str, str], set[int]]] = {
        "a remark of 40 MB": (json.dumps(order(remark="x" * 40 * MIB)).encode(), {}, {413}),
        "a remark of 2 MB": (json.dumps(order(remark="x" * (2 * MIB - 1000))).encode(), {}, {422}),
        "100,000 lines": (json.dumps(order(lines=[{}] * 100_000)).encode(), {}, {422}),
        "arrays in arrays": (b"[" * depth + b"]" * depth, {}, {400, 422}),
        "objects in objects": (b'{"a":' * (depth // 3) + b"1" + b"}" * (depth // 3), {}, {400, 422}),
        "deep in a field": (b'{"lines":' + b"[" * depth + b"]" * depth + b"}", {}, {400, 422}),
        "a number of a million digits": (b'{"lines":[{"quantity":' + b"9" * MIB + b"}]}", {}, {400, 422}),
        "an exponent": (b'{"lines":[{"sku":"a","quantity":1e999999999,"unit_price":"1e999999999"}]}', {}, {422}),
        "a packed body": (packed, {"Content-Encoding": "gzip"}, {400, 415, 422}),
    }
    with bounded(house), httpx.Client(timeout=60) as http:
        for name, (body, extra, expected) in bodies.items():
            headers = {"Authorization": door[1], "Content-Type": "application/json", **extra}
            answer = http.post(f"{door[0]}/orders", content=body, headers=headers)
            assert answer.status_code in expected, f"{name}: {answer.status_code} {answer.text[:300]}"
            assert len(answer.content) < MIB, f"{name}: the refusal is {len(answer.content)} bytes"


def test_an_upload_is_bounded_outside_its_files_too(house: House, door: tuple[str, str]) -> None:
    """The heads of its parts, its plain fields and the number of its parts."""
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Transfer-Encoding": "chunked"}
    head = b'--b\r\nContent-Disposition: form-data; name="'
    bombs = {
        "a head": [head + b'f"; filename="', *repeat(b"x" * MIB, 40)],
        "many heads": [head + b'f"; filename="a"\r\n', *repeat((b"X-A: " + b"y" * 1000 + b"\r\n") * 1000, 40)],
        "a field": [head + b'profile"\r\n\r\n', *repeat(b"x" * MIB, 40)],
        "many fields": [*repeat((head + b'f"\r\n\r\nx\r\n') * 10_000, 40)],
    }
    with bounded(house):
        for name, pieces in bombs.items():
            status = poured(door, "/imports", kind, in_chunks(pieces))
            assert status in (0, 400, 413, 422), f"{name}: {status}"


def sheet_that_inflates() -> bytes:
    """Make an XLSX of 1 MiB that becomes 1.1 GiB."""
    packer = zlib.compressobj(level=1, wbits=-15)
    piece = packer.compress(b" " * 16 * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", piece * 70)
        packed.filelist[1].compress_type = zipfile.ZIP_DEFLATED  # what was written is packed already
        packed.filelist[1].file_size = 70 * 16 * MIB
    return out.getvalue()


def test_files_that_blow_up_fail_by_themselves(house: House) -> None:
    columns = b",".join(b"c%d" % number for number in range(1_000_000)) + b"\n"
    files = {
        "columns.csv": (columns, "A line is longer than"),
        "line.csv.gz": (gzip.compress(b"order_no," + b"x" * 50 * MIB, compresslevel=1), "A line is longer than"),
        "packed twice": (gzip.compress(gzip.compress(b"\0" * 50 * MIB)), "cannot be read"),
    }
    if "ZHANGGUI_LONG" in os.environ:  # chassis/tests/imports unpacks less against a lower limit
        files["bomb.xlsx"] = (sheet_that_inflates(), "unpacks to more than")
    with bounded(house):
        for name, (content, told) in files.items():
            asked = {"profile": "generic", "kind": "orders", "commit": "yes"}
            parts = [("file", (name, content, "application/octet-stream"))]
            number = said(house.boss.post("/api/orders/imports", data=asked, files=parts))["id"]
            found = until(f"{name} is judged", partial(_judged, house, number), pause=0.05)
            assert found["state"] == "failed", f"{name}: {found}"
            assert told in found["problem"]["en"], name


def _judged(house: House, number: str) -> dict[str, Any] | None:
    found: dict[str, Any] = said(house.boss.get(f"/api/orders/imports/{number}"))
    return found if found["state"] in ("failed", "validated", "committed") else None
