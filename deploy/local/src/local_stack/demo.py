"""The demo as a process of its own; the month itself and who enters it are in `deploy/demo`."""

import sys

import httpx

from demo.asking import DemoTrouble
from demo.enter import load


def run_demo(address: str, passwords: dict[str, str]) -> None:
    """Load the demo through the gateway at `address`: trouble is told in words and ends the process with exit code 1.

    `passwords` holds those of boss, hr and finance, and of the employees who get an account.
    """
    try:
        load(address, passwords)
    except (DemoTrouble, httpx.HTTPError) as trouble:
        sys.exit(str(trouble))
