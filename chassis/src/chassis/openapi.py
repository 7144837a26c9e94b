"""`python -m chassis.openapi PACKAGE FILE`: write a service's OpenAPI document, the same bytes every time."""

import importlib
import json
import sys
from pathlib import Path


def document(package: str) -> str:
    """Render the OpenAPI document of `<package>.app.create_app()`."""
    app = importlib.import_module(f"{package}.app").create_app()
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(document(sys.argv[1]), encoding="utf-8")
