"""The only place that reads the clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """Tell the instant, in UTC. Only doors call it; everything behind a door is handed the time."""
    return datetime.now(UTC)
