"""An outsider's program, as the README shows it: a durable consumer that goes on where it stopped."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from .house import House, once, said

README = Path(__file__).parents[2] / "README.md"


def test_the_subscriber_of_the_readme_hears_each_completed_sale_once(house: House, tmp_path: Path) -> None:
    program = tmp_path / "subscriber.py"
    program.write_text(_shown(), encoding="utf-8")
    with _listening(house, program) as lines:
        _sell(house, "sub-1")
        assert "sub-1" in _next_about(lines, "sub-")
    _sell(house, "sub-2")  # while nobody listens
    with _listening(house, program) as lines:
        assert "sub-2" in _next_about(lines, "sub-")  # and not sub-1 again
        _sell(house, "sub-3")
        assert "sub-3" in _next_about(lines, "sub-")


def _shown() -> str:
    """Take the program out of the README."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    found: str = next(block for block in blocks if "durable" in block)
    assert len(found.splitlines()) <= 30
    return found


@contextmanager
def _listening(house: House, program: Path) -> Iterator["Queue[str]"]:
    secret = (house.stack.home / "nats" / "users" / "subscriber.password").read_text()
    address = f"nats://subscriber:{secret}@127.0.0.1:{house.stack.processes()['nats']['port']}"
    command = [sys.executable, "-u", str(program)]
    with subprocess.Popen(
        command, env=os.environ | {"NATS_URL": address}, stdout=subprocess.PIPE, text=True
    ) as process:
        lines: Queue[str] = Queue()
        out = process.stdout
        assert out is not None
        Thread(target=_copy, args=(out, lines), daemon=True).start()
        try:
            yield lines
        finally:
            process.terminate()


def _copy(out: Iterable[str], lines: "Queue[str]") -> None:
    for line in out:
        lines.put(line)


def _next_about(lines: "Queue[str]", prefix: str) -> str:
    """Wait for the next line about one of our orders; others sell meanwhile."""
    while True:
        try:
            line = lines.get(timeout=60)
        except Empty:
            raise AssertionError("the subscriber heard nothing") from None
        if prefix in line:
            return line


def _sell(house: House, order_no: str) -> None:
    body = {
        "shop": "outsiders",
        "order_no": order_no,
        "placed_at": "2022-02-02T10:00:00+08:00",
        "completed_at": "2022-02-05T10:00:00+08:00",
        "lines": [{"sku": "S-1", "unit_price": "10.00"}],
    }
    said(house.finance.post("/api/orders/orders", json=body, headers=once()))
