"""`python -m chassis.serve PACKAGE api|worker [--host H] [--port P]`: run one process of a service.

What it needs is imported where it is needed: the children of `multiprocessing` import their parent's program once more,
and those of a pay run would spend most of a second on a web server that they never start.
"""

import argparse
import gc
import importlib
from typing import Any


def application(package: str, part: str) -> Any:
    """Build the application of one process: `<package>.app.create_app()` or `<package>.worker.create_worker()`."""
    if part == "api":
        return importlib.import_module(f"{package}.app").create_app()
    worker_app = importlib.import_module("chassis.worker").worker_app
    return worker_app(importlib.import_module(f"{package}.worker").create_worker())


def spare_collector() -> None:
    """Keep the collector from walking again and again what was imported and built: it lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def serve(package: str, part: str, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished."""
    from chassis.server import configured, run  # noqa: PLC0415
    from chassis.telemetry import log_as_json  # noqa: PLC0415

    log_as_json("info")
    app = application(package, part)
    spare_collector()
    run(configured(app, host=host, port=port))


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m chassis.serve", description=__doc__)
    parser.add_argument("package")
    parser.add_argument("part", choices=("api", "worker"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    serve(asked.package, asked.part, host=asked.host, port=asked.port)


if __name__ == "__main__":
    main()
