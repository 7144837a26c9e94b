"""`python -m contracts.generate FOLDER`: write JSON Schemas and asyncapi.json, the same bytes every time."""

import json
import sys
from pathlib import Path
from typing import Any

from contracts.base import EventData
from contracts.catalogue import every_class
from contracts.envelope import Envelope
from contracts.subjects import PRODUCERS, stream_of


def schema(data: type[EventData]) -> dict[str, Any]:
    """Give the JSON Schema of a whole event: envelope and data."""
    return Envelope[data].model_json_schema(mode="serialization") | {  # type: ignore[valid-type]
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": data.data_schema,
        "title": f"{data.type} v{data.version}",
    }


def asyncapi() -> dict[str, Any]:
    """Give the AsyncAPI 3.0 document: a channel per event type, an operation per producer and type."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for (type_, version), data in sorted(every_class().items()):
        name = f"{type_}.v{version}"
        message = {
            "name": type_,
            "contentType": "application/cloudevents+json",
            "summary": (data.__doc__ or "").split("\n")[0],
            "payload": {"$ref": f"./schemas/{name}.json"},
        }
        channels[name] = {
            "address": type_,
            "description": f"JetStream stream {stream_of(data.producer)}",
            "messages": {"event": message},
        }
        operations[f"{data.producer}.{name}"] = {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Zhanggui events",
            "version": "1",
            "description": f"Producers: {', '.join(PRODUCERS)}",
        },
        "channels": channels,
        "operations": operations,
    }


def documents() -> dict[str, str]:
    """Render every generated document, by its path below contracts/."""
    made = {f"schemas/{t}.v{v}.json": schema(data) for (t, v), data in every_class().items()} | {
        "asyncapi.json": asyncapi()
    }
    return {path: json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True) + "\n" for path, said in made.items()}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for path, content in documents().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
