"""Times that people and files report."""

from datetime import datetime, timedelta

from inventory.domain.errors import TimeInFuture

LEEWAY = timedelta(minutes=1)  # clocks differ


def not_in_future(at: datetime, *, field: str, now: datetime) -> datetime:
    """Give `at` back. Raises TimeInFuture when it is more than a minute ahead of our clock."""
    if at > now + LEEWAY:
        raise TimeInFuture(field=field, at=at.isoformat())
    return at
