"""Requests that schemathesis makes up from an OpenAPI document, and what was wrong with the answers."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from schemathesis.engine import Status, events, from_schema

SEED = 20261101
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "allow_header_conformance",
)
Signs = Callable[[], Mapping[str, str]]
"""Makes the headers of a request: tokens run out while a long form runs."""


@dataclass
class Found:
    """What a round of requests came to."""

    operations: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Found") -> "Found":
        self.operations |= other.operations
        self.statuses += other.statuses
        self.defects += other.defects
        return self

    def told(self) -> list[str]:
        """Tell the defects, of those that look alike the first and how many they are."""
        alike: dict[str, list[str]] = {}
        for defect in self.defects:
            alike.setdefault(" ".join(defect.split("?")[0].split()[:3]), []).append(defect)
        return [f"{len(defects)} times: {defects[0]}" for defects in alike.values()]

    def __str__(self) -> str:
        told = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        return f"{len(self.operations)} operations, {self.statuses.total()} requests ({told})"


@dataclass(frozen=True)
class SignedBy(requests.auth.AuthBase):
    """Adds what proves who asks."""

    signs: Signs

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self.signs())
        return request


def fuzz(
    document: Mapping[str, Any],
    address: str,
    signs: Signs,
    *,
    examples: int,
    coverage: bool,
    seed: int = SEED,
    only: Callable[[str, str], bool] = lambda method, path: True,
) -> Found:
    """Try each operation of a document at `address` with valid and invalid requests.

    `examples` requests an operation are drawn at random from the seed; `coverage` adds those at the borders of each
    value, and whole chains of requests that use one another's answers. `only` chooses by method and path.
    """
    schema = schemathesis.openapi.from_dict(dict(document), config=_config(examples, coverage, seed))
    schema.config.update(base_url=address, request_timeout=60)
    schema.auth.set_from_requests(SignedBy(signs))
    chosen = schema.include(lambda asked: only(asked.operation.method.upper(), asked.operation.path))
    found = Found()
    for event in from_schema(chosen).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(found, event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.defects.append(f"schemathesis could not go on: {getattr(event, 'label', '')} {_error(event)}")
    return found


def _error(event: Any) -> str:
    info = getattr(event, "info", None)
    return str(info.message if info is not None else event.exception)


def _config(examples: int, coverage: bool, seed: int) -> schemathesis.Config:
    checks = [*CHECKS, "ignored_auth"] if coverage else CHECKS  # which asks again without a token, and with a wrong one
    return schemathesis.Config.from_dict(
        {
            "seed": seed,
            "suppress-health-check": ["all"],
            "continue-on-failure": True,
            "checks": {"enabled": False, **{name: {"enabled": True} for name in checks}},
            "phases": {
                "examples": {"enabled": coverage},
                "coverage": {"enabled": coverage},
                "fuzzing": {"enabled": True},
                "stateful": {"enabled": coverage},
            },
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
                "mode": "all",
                "with-security-parameters": coverage,
            },
        }
    )


def _note(found: Found, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is None:
            sent = interaction.request
            found.defects.append(f"{sent.method} {sent.uri}: no answer")
            continue
        found.statuses[interaction.response.status_code] += 1
        case = recorder.cases.get(case_id)
        found.operations.add(case.value.operation.label if case is not None else recorder.label)
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status == Status.FAILURE and check.failure_info is not None:
                found.defects.append(_told(recorder.interactions[case_id], check))


def _told(interaction: Any, check: Any) -> str:
    sent, answer = interaction.request, interaction.response
    body = sent.body[:1000] if sent.body else b""
    return (
        f"{check.name}: {sent.method} {sent.uri} {body!r} -> {answer.status_code} {answer.content[:600]!r}"
        f" ({check.failure_info.failure.title}: {check.failure_info.failure.message[:400]})"
    )
