"""Orders that go on all the time: placed, paid, shipped and completed by four tills, whatever is killed meanwhile."""

import csv
import io
import threading
import time
from itertools import count
from typing import Any

from .asking import Gateway
from .plan import SHOP, Sale

TILLS = 4
PAUSE = 0.1
"""Seconds between two orders of a till; the trial wants them under way at every moment, not many."""

COLUMNS = (
    "shop",
    "order_no",
    "placed_at",
    "paid_at",
    "shipped_at",
    "completed_at",
    "seller",
    "sku",
    "quantity",
    "unit_price",
)


class Tills:
    """Threads that take orders until they are told to stop."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.accepted: list[Sale] = []
        """Every order of which all requests were answered with success."""
        self.failed: list[BaseException] = []
        self._numbers = count()
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._take, daemon=True) for _ in range(TILLS)]

    def open(self) -> None:
        """Begin to take orders."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Finish the orders under way and stop. Raises what went wrong at a till."""
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self.check()

    def check(self) -> None:
        """Raise what went wrong at a till."""
        if self.failed:
            raise self.failed[0]

    def await_more(self, orders: int) -> None:
        """Wait until so many more orders are accepted."""
        wanted = len(self.accepted) + orders
        while len(self.accepted) < wanted:
            self.check()
            time.sleep(0.1)

    def _take(self) -> None:
        try:
            while not self._closing.is_set():
                sale = Sale(next(self._numbers))
                sell(self.gateway, sale)
                self.accepted.append(sale)
                self._closing.wait(PAUSE)
        except BaseException as error:  # told by `check`, in the thread that waits
            self.failed.append(error)


def sell(gateway: Gateway, sale: Sale) -> None:
    """Take one order through its steps: every fourth a request for each, the others reported whole."""
    body, path = sale.body(), f"/api/orders/orders/{SHOP}/{sale.order_no}"
    if sale.number % 4:
        body |= {f"{step}_at": at for step, at in sale.steps.items()}
        gateway.ask("finance", "POST", "/api/orders/orders", body, key=sale.order_no)
        return
    gateway.ask("finance", "POST", "/api/orders/orders", body, key=sale.order_no)
    for step, at in sale.steps.items():
        gateway.ask("finance", "POST", f"{path}/{step}", {"at": at}, key=f"{sale.order_no}-{step}")


def hand_in(gateway: Gateway, sales: list[Sale]) -> dict[str, Any]:
    """Import orders from one CSV file, and wait until they are taken in; gives the import as it ended."""
    text = io.StringIO()
    file = csv.writer(text)
    file.writerow(COLUMNS)
    for sale in sales:
        steps = sale.steps
        times = (sale.placed_at, steps["paid"], steps["shipped"], steps.get("completed", ""))
        file.writerow((SHOP, sale.order_no, *times, sale.seller, sale.sku, 1, sale.price))
    # sent again after a lost answer it is a second import, whose rows are all there already: what `commit` finds
    sent = gateway.ask("finance", "POST", "/api/orders/imports", content=_form(text.getvalue()))
    path = f"/api/orders/imports/{sent['id']}"

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = gateway.ask("finance", "GET", path)
        return found if found["state"] in ("committed", "failed") else None

    found: dict[str, Any] = gateway.until("the file taken in", ended)
    return found


def _form(text: str) -> tuple[str, bytes]:
    edge = "a-line-that-no-order-has"
    fields = {"profile": "generic", "kind": "orders", "commit": "yes"}
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = 'Content-Disposition: form-data; name="file"; filename="orders.csv"\r\nContent-Type: text/csv\r\n\r\n'
    whole = "".join((*parts, f"--{edge}\r\n{head}{text}\r\n--{edge}--\r\n"))
    return f"multipart/form-data; boundary={edge}", whole.encode()
