"""What went wrong with a database, and whether it passes."""

import asyncpg
from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

PASSING = ("08", "40", "53", "55", "57P")
"""SQLSTATE beginnings of troubles that pass: connection, deadlock, resources, locks, shutdown."""


def passes(error: BaseException) -> bool:
    """Tell whether a trouble is of the kind that passes, so that the same may be tried again."""
    if isinstance(error, BaseExceptionGroup):
        return all(passes(one) for one in error.exceptions)
    if isinstance(
        error, OSError | TimeoutError | PoolTimeout | asyncpg.InterfaceError | InterfaceError | OperationalError
    ):
        return True
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or (sqlstate(error) or "").startswith(PASSING)


def sqlstate(error: BaseException) -> str | None:
    """Read PostgreSQL's error code out of a driver's or SQLAlchemy's exception."""
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None)
    if isinstance(error, PostgresError):
        return error.sqlstate
    if isinstance(error, asyncpg.DataError | ValueError) and "\\x00" in repr(error):
        return "22021"
    return None
