"""What `compose.yaml` and the secrets made for it promise, without an engine: deploy/container/trial tries the rest."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_stack.containers import make_secrets
from local_stack.members import CLOSER, GATEWAY, MEMBERS, SERVICES

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "compose.yaml").read_text("utf-8")
CONTAINERS: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
ONE_SHOTS = {name for name in CONTAINERS if name.endswith("-migrate")} | {"streams", "nats-volume"}
PRIVATE_KEYS = re.compile(r"keys/(\w+)\.pem")
# column options and functions that PostgreSQL 15, the oldest we run on, does not know; 16 has the first
NEWER_SQL = re.compile(
    r"\bSTORAGE\s+(EXTERNAL|PLAIN|MAIN|EXTENDED)\s+NOT\b|\bJSON_TABLE\(|\buuidv7\(|\bWITHOUT OVERLAPS\b", re.I
)


def test_everybody_has_an_api_a_worker_and_a_migration() -> None:
    wanted = {f"{member.replace('_', '-')}-{part}" for member in MEMBERS for part in ("api", "worker", "migrate")}
    assert set(CONTAINERS) == wanted | {"postgres", "nats", "nats-volume", "streams"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_may_as_little_as_it_needs(name: str) -> None:
    told = CONTAINERS[name]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert bool(told.get("ports")) == (name == f"{GATEWAY}-api")
    assert ("cap_add" in told) == (name == "postgres")
    assert told["restart"] == ("no" if name in ONE_SHOTS else "unless-stopped")
    assert ("healthcheck" in told) == (name not in ONE_SHOTS)


def test_only_who_signs_is_given_a_private_key_and_only_its_own() -> None:
    mounted = {name: set(PRIVATE_KEYS.findall(str(told.get("volumes")))) for name, told in CONTAINERS.items()}
    parts = {f"{GATEWAY}-api": {GATEWAY}, f"{GATEWAY}-worker": {GATEWAY}, f"{CLOSER}-api": {CLOSER}}
    assert {name: keys for name, keys in mounted.items() if keys} == parts


def test_the_gateway_and_the_closer_find_the_services() -> None:
    upstreams = CONTAINERS[f"{GATEWAY}-api"]["environment"]["ZHANGGUI_UPSTREAMS"]
    peers = CONTAINERS[f"{CLOSER}-api"]["environment"]["ZHANGGUI_PEERS"]
    everybody = {service: f"http://{service.replace('_', '-')}-api:8000" for service in SERVICES}
    assert yaml.safe_load(upstreams) == everybody
    assert yaml.safe_load(peers) == {service: url for service, url in everybody.items() if service != CLOSER}


def test_the_secrets_are_all_that_compose_asks_for_and_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_secrets(tmp_path) == 0
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / ".env").write_bytes(first[tmp_path / ".env"].split(b"\n", 1)[1])  # made before there was this variable
    assert make_secrets(tmp_path) == 0
    second = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    asked = set(re.findall(r"\$\{(\w+_PASSWORD)", TEXT))
    passwords = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert set(passwords) == asked
    kept = dict(line.split("=", 1) for line in first[tmp_path / ".env"].decode().splitlines()[1:])
    assert {name: passwords[name] for name in kept} == kept
    assert all(second[path] == content for path, content in first.items() if path.suffix == ".pem")
    assert (
        sorted(path.name for path in first if path.suffix == ".pem") == [f"{GATEWAY}.pem"] * 2 + [f"{CLOSER}.pem"] * 2
    )
    assert "1 个新口令" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sql", "newer"),
    [
        ("content jsonb STORAGE EXTERNAL NOT NULL", True),
        ("ALTER TABLE t ALTER COLUMN body SET STORAGE EXTERNAL;", False),
    ],
)
def test_the_search_for_newer_sql_finds_it(sql: str, newer: bool) -> None:
    assert bool(NEWER_SQL.search(sql)) == newer


def test_migrations_speak_the_oldest_postgresql_we_run_on() -> None:
    files = [path for path in ROOT.glob("**/src/**/*.py") if path.parent.name in {"versions", "migrations", "imports"}]
    found = [str(path.relative_to(ROOT)) for path in files if NEWER_SQL.search(path.read_text("utf-8"))]
    assert len(files) > 10
    assert found == []
