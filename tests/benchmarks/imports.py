"""Importing orders: every line of the retail data set through the gateway, outbox included."""

import os
import time
from contextlib import closing
from pathlib import Path

from benchmarks.flames import flames

from local_stack.trial import ROOT, cpu_seconds, stack

PROFILE = ROOT / "tests" / "journeys" / "profiles" / "retail.yaml"
WATCHED = ("orders worker", "postgres", "nats", "payroll worker")


def measure() -> None:
    """Upload, validate and commit the file; the events are relayed and consumed meanwhile."""
    source = Path(os.environ.get("ZHANGGUI_SHARED", ROOT.parent / "shared")) / "data" / "retail" / "invoices.csv.gz"
    if not source.exists():
        print(f"skipped: {source} is not there")
        return
    with stack() as made, closing(made.sign_in()) as http:
        processes = made.processes()
        before = {name: cpu_seconds(processes[name]["pid"]) for name in WATCHED}
        began = time.perf_counter()
        with source.open("rb") as file:
            answer = http.post(
                "/api/orders/imports",
                files={"files": (source.name, file)},
                data={"profile": PROFILE.read_text(), "commit": "true"},
            )
        answer.raise_for_status()
        uploaded = time.perf_counter()
        where, validated = f"/api/orders/imports/{answer.json()['id']}", 0.0
        with flames("import", processes["orders worker"]["pid"]):
            while (said := http.get(where).json())["state"] not in ("committed", "failed"):
                if not validated and said["state"] == "committing":
                    validated = time.perf_counter()
                time.sleep(0.1)
        ended = time.perf_counter()
        used = {name: f"{cpu_seconds(processes[name]['pid']) - before[name]:.1f} s" for name in WATCHED}
        counts = said["counts"]
        orders = counts["new"] + counts["amended"] + counts["same"]
        print(f"{said['state']}: {counts}")
        parts = {"upload": uploaded - began, "validation": validated - uploaded, "commit": ended - validated}
        print(", ".join(f"{name} {seconds:.1f} s" for name, seconds in parts.items()))
        total = ended - began
        print(f"{counts['read'] / total:.0f} CSV lines/s, {orders / total:.0f} orders/s; in all {total:.1f} s")
        print(f"CPU meanwhile: {used}")
