"""Several OpenAPI documents into one: every service under its public path, no name meant twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]

SECURITY_SCHEME = {
    "type": "oauth2",
    "description": "Sign in with login and password; send the access token as Bearer token.",
    "flows": {"password": {"tokenUrl": "/auth/token", "refreshUrl": "/auth/refresh", "scopes": {}}},
}


@dataclass(frozen=True, slots=True)
class Part:
    """One document: the public name of who wrote it, and the path in front of its own."""

    name: str
    prefix: str
    document: Document


def merged(parts: Iterable[Part], missing: Iterable[str], *, title: str) -> dict[str, Any]:
    """Merge documents into one that is right for a visitor of the gateway.

    Paths get their prefix, schemas the name of their service in front, and operations the service as tag. Paths that a
    service keeps for itself are left out; services in `missing` did not answer and are named.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    tags: list[dict[str, str]] = []
    for part in parts:
        tags.append({"name": part.name, "description": part.document.get("info", {}).get("title", part.name)})
        named = _renamed(part.document, part.name)
        for path, operations in named.get("paths", {}).items():
            if path != "/healthz":
                paths[part.prefix + path] = {method: _operation(o, part.name) for method, o in operations.items()}
        for name, schema in named.get("components", {}).get("schemas", {}).items():
            schemas[_schema_name(part.name, name)] = schema
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "tags": tags,
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"signIn": SECURITY_SCHEME}},
        "x-not-answering": sorted(missing),
    }


def _operation(operation: Any, name: str) -> Any:
    if not isinstance(operation, dict):
        return operation  # `parameters` or `summary` of the whole path
    signed_in: Document = {"security": [{"signIn": []}]} if operation.get("security") else {}
    unique = {"operationId": f"{name}.{operation['operationId']}"} if "operationId" in operation else {}
    return {**operation, "tags": [name], **unique, **signed_in}


def _renamed(node: Any, name: str) -> Any:
    if isinstance(node, dict):
        return {key: _reference(value, name) if key == "$ref" else _renamed(value, name) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(item, name) for item in node]
    return node


def _reference(target: Any, name: str) -> Any:
    start = "#/components/schemas/"
    if isinstance(target, str) and target.startswith(start):
        return start + _schema_name(name, target.removeprefix(start))
    return target


def _schema_name(name: str, schema: str) -> str:
    return f"{name}.{schema}"
