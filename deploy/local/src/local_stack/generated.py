"""The committed documents that are generated from code: JSON Schemas, AsyncAPI, OpenAPI, the broker's permissions."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from local_stack import containers
from local_stack.members import SERVICES
from local_stack.troubles import GenerationFailed

FOLDER = "contracts"
BROKER = f"{containers.FOLDER}/nats.conf"
"""Where they stand in the checkout."""


def generate(root: Path) -> int:
    """Write every generated document below `root`; exit code 0. Raises GenerationFailed."""
    target = root / FOLDER
    (target / "openapi").mkdir(parents=True, exist_ok=True)
    under_way = {"contracts.generate": _run("contracts.generate", str(target))}
    for service in SERVICES:
        document = str(target / "openapi" / f"{service}.json")
        under_way[f"chassis.openapi {service}"] = _run("chassis.openapi", service, document)
    failed = []
    for module, process in under_way.items():
        said, _ = process.communicate()
        if process.returncode:
            failed.append(GenerationFailed(module, said))
    if failed:
        raise failed[0]
    broker = root / BROKER
    broker.parent.mkdir(parents=True, exist_ok=True)
    broker.write_text(containers.broker_configuration())
    return 0


def drift(root: Path) -> list[str]:
    """Name the documents whose committed bytes are not what the code generates now, missing and left over ones too."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh, committed = _documents(Path(folder)), _documents(root)
    return sorted(path for path in fresh.keys() | committed.keys() if fresh.get(path) != committed.get(path))


def _documents(root: Path) -> dict[str, bytes]:
    folder = root / FOLDER
    generated = [
        folder / "asyncapi.json",
        *folder.glob("schemas/*.json"),
        *folder.glob("openapi/*.json"),
        root / BROKER,
    ]
    return {str(path.relative_to(root)): path.read_bytes() for path in generated if path.exists()}


def _run(module: str, *arguments: str) -> subprocess.Popen[str]:
    # Building an application reads its settings but connects to nothing.
    told = {"ZHANGGUI_DATABASE_URL": "postgresql://none@127.0.0.1/none", "ZHANGGUI_NATS_URL": "nats://127.0.0.1"}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
