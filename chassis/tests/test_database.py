"""The pool of connections: what is looked at outside a transaction, and connections that are lost."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from chassis.database import open_database


async def test_a_glance_sees_one_value(database: Callable[[str], Any]) -> None:
    made = await database("example")
    assert await made.opened.glance("SELECT $1::int + 1", 1) == 2
    assert await made.opened.glance("SELECT 1 WHERE false") is None


async def test_a_glance_whose_connection_was_lost_spoils_none_that_follows(database: Callable[[str], Any]) -> None:
    made = await database("example")
    lonely = open_database(made.url, pool_size=1)
    process = await lonely.glance("SELECT pg_backend_pid()")
    with pytest.raises(asyncpg.PostgresError):
        await lonely.glance("SELECT pg_terminate_backend($1)", process)
    assert await lonely.glance("SELECT pg_backend_pid()") != process
    await lonely.close()
