"""Logs, correlation and metrics: what one can know of a running process."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

correlation: ContextVar[str] = ContextVar("correlation", default="-")

REQUESTS = Histogram(
    "zhanggui_request_seconds",
    "Time from the first byte of a request to the last of its answer",
    ("method", "route", "status"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
RELAYED = Gauge("zhanggui_relayed_position", "Last position the stream has taken", ("producer",))
OUTBOX_AGE = Gauge("zhanggui_outbox_age_seconds", "Age of the oldest event that waits for its position", ("producer",))
OUTBOX_WAITING = Gauge("zhanggui_outbox_waiting_events", "Events that wait for their position", ("producer",))
RELAY_REFUSED = Gauge("zhanggui_relay_refused", "1 while the broker takes no events, else 0", ("producer",))
CONSUMED = Gauge("zhanggui_consumed_position", "Watermark of this consumer", ("producer",))
CONSUMER_LAG = Gauge("zhanggui_consumer_lag_events", "Events of the stream not consumed yet", ("producer",))
PASSED_BY = Counter("zhanggui_events_passed_by", "Events of types nobody here subscribes to", ("producer",))
QUARANTINED = Counter("zhanggui_events_quarantined", "Events put into quarantine", ("producer",))

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line; never a request body."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "correlation_id": correlation.get(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def logger(name: str) -> logging.Logger:
    """Name a logger of the house."""
    return logging.getLogger(f"zhanggui.{name}")


def log_as_json(level: str) -> None:
    """Send every log of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
