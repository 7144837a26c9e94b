"""OpenAPI documents: what the framework leaves out, and `python -m chassis.openapi PACKAGE FILE`, which writes one.

The same bytes every time.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI

TEXT = {"type": "string"}
PROBLEM = {
    "title": "Problem",
    "description": "What was refused, and how to mend it (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "detail_zh", "correlation_id"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "detail_zh": TEXT,
        "correlation_id": TEXT,
        "field": {"type": "string", "description": "the culprit"},
        "errors": {"type": "array", "items": {"type": "object", "additionalProperties": TEXT}},
    },
}
ANSWER = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
PROBLEMS = {"4XX": {"description": "Refused", **ANSWER}, "503": {"description": "Try again shortly", **ANSWER}}


def tell_problems(app: FastAPI) -> None:
    """Have an application's document say how every operation refuses, instead of the 422 that FastAPI would answer."""
    told = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _tell(told())
        return told()  # kept by the application

    app.openapi = openapi  # type: ignore[method-assign]


def _tell(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for framework in ("HTTPValidationError", "ValidationError"):
        schemas.pop(framework, None)
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            responses.pop("422", None)
            if "201" in responses:
                responses.setdefault("200", {**responses["201"], "description": "The same is there already"})
            responses.update(PROBLEMS)


def document(package: str) -> str:
    """Render the OpenAPI document of `<package>.app.create_app()`."""
    app = importlib.import_module(f"{package}.app").create_app()
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(document(sys.argv[1]), encoding="utf-8")
