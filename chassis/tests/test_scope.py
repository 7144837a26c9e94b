"""Whose rows somebody sees, asked of a real database: own, team, departments, shops, all, nobody."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from sqlalchemy import Column, MetaData, Table, Text, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chassis.auth import Principal
from chassis.scope import Scope, about_people, covers_shop, of_shops, scope_of

SEES_ALL = frozenset({"hr", "finance", "boss", "auditor"})
METADATA = MetaData()
DIRECTORY = Table(
    "directory",
    METADATA,
    Column("employee_no", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("manager_no", Text),
)
SALES = Table("sales", METADATA, Column("employee_no", Text, nullable=False), Column("shop", Text, nullable=False))

# L1 leads L2 and A1, L2 leads A2; R1 and R2 are each other's superiors, and R3 is below them
PEOPLE = {
    "L1": ("一部", None),
    "L2": ("一部", "L1"),
    "A1": ("一部", "L1"),
    "A2": ("二部", "L2"),
    "R1": ("三部", "R2"),
    "R2": ("三部", "R1"),
    "R3": ("四部", "R2"),
    "SELF": ("四部", "SELF"),
}
SHOP_OF = {"A1": "tmall", "A2": "jd"}


@dataclass
class Rows:
    """A row of sales about each person, and the directory that says who is below whom."""

    connection: AsyncConnection

    async def seen(self, scope: Scope) -> set[str]:
        mine = about_people(scope, SALES.c.employee_no, DIRECTORY) & of_shops(scope, SALES.c.shop)
        found = list(await self.connection.scalars(select(SALES.c.employee_no).where(mine)))
        assert len(found) == len(set(found)), "a row is counted once, however often its person is covered"
        return set(found)


@pytest_asyncio.fixture
async def rows(database: Callable[..., Any]) -> AsyncIterator[Rows]:
    db = await database("example")
    engine = create_async_engine(make_url(db.owner_url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        await connection.run_sync(METADATA.create_all)
        people = [{"employee_no": n, "department": d, "manager_no": m} for n, (d, m) in PEOPLE.items()]
        await connection.execute(insert(DIRECTORY), people)
        sales = [{"employee_no": n, "shop": SHOP_OF.get(n, "pdd")} for n in PEOPLE]
        await connection.execute(insert(SALES), sales)
        await connection.commit()
        yield Rows(connection)
    await engine.dispose()


def by(*roles: str, no: str | None = "A1", departments: tuple[str, ...] = (), shops: tuple[str, ...] = ()) -> Scope:
    principal = Principal("somebody", no, frozenset(roles), frozenset(departments), frozenset(shops))
    return scope_of(principal, sees_all=SEES_ALL)


CASES: list[tuple[Scope, set[str]]] = [
    (by("employee"), {"A1"}),
    (by("employee", no="L1"), {"L1"}),  # who is somebody's superior without being a lead sees no team
    (by("employee", departments=("一部",)), {"A1"}),  # departments widen only what a lead sees
    (by("employee", no=None), set()),
    (by("employee", no=""), set()),
    (by("lead", no=None), set()),
    (by("lead", no="L2"), {"L2", "A2"}),
    (by("lead", no="L1"), {"L1", "L2", "A1", "A2"}),
    (by("lead", no="A1"), {"A1"}),
    (by("lead", no="L2", departments=("四部",)), {"L2", "A2", "R3", "SELF"}),
    (by("lead", no=None, departments=("二部",)), {"A2"}),
    (by("hr", no=None), set(PEOPLE)),
    (by("auditor", "employee", no=None), set(PEOPLE)),
    (by("hr", no="L1", departments=("三部",)), {"L1", "R1", "R2"}),
    (by("finance", no=None, departments=("三部",)), {"R1", "R2"}),
    (by("boss", no=None, departments=("没有这个部门",)), set()),
    (by("keeper"), {"A1"}),
    (by("hr", no=None, shops=("jd", "tmall")), {"A1", "A2"}),
    (by("lead", no="L1", shops=("jd",)), {"A2"}),
    (by("employee", shops=("jd",)), set()),
    (by("hr", no=None, departments=("一部",), shops=("jd",)), set()),
]


async def test_who_sees_whom(rows: Rows) -> None:
    assert [await rows.seen(scope) for scope, _ in CASES] == [seen for _, seen in CASES]


async def test_a_circle_of_superiors_ends(rows: Rows) -> None:
    await rows.connection.exec_driver_sql("SET statement_timeout = '2s'")
    circle = {"R1", "R2", "R3"}
    for no, seen in (("R1", circle), ("R2", circle), ("SELF", {"SELF"})):
        assert await rows.seen(by("lead", no=no)) == seen


async def test_a_team_reaches_down_a_long_chain(rows: Rows) -> None:
    chain = [{"employee_no": f"C{i}", "department": "五部", "manager_no": f"C{i - 1}"} for i in range(1, 300)]
    await rows.connection.execute(insert(DIRECTORY), chain)
    await rows.connection.execute(insert(SALES), [{"employee_no": "C299", "shop": "pdd"}])
    assert await rows.seen(by("lead", no="C0")) == {"C299"}
    assert await rows.seen(by("lead", no="C298")) == {"C299"}
    assert await rows.seen(by("lead", no="C299")) == {"C299"}


async def test_the_scope_stands_in_totals_too(rows: Rows) -> None:
    scope = by("lead", no="L1")
    other = DIRECTORY.alias("people")
    joined = select(SALES.c.employee_no).join(other, other.c.employee_no == SALES.c.employee_no)
    narrowed = joined.where(about_people(scope, SALES.c.employee_no, DIRECTORY), other.c.department == "一部")
    assert set(await rows.connection.scalars(narrowed)) == {"L1", "L2", "A1"}


def test_a_shop_lies_within_a_scope_or_an_account() -> None:
    assert covers_shop(by("lead"), "jd")
    assert covers_shop(by("lead", shops=("jd",)), "jd")
    assert not covers_shop(by("lead", shops=("jd",)), "tmall")
    assert not covers_shop(by("boss", shops=("jd",)), "tmall")
    assert not covers_shop(Principal("x", shops=frozenset({"jd"})), "JD")
    assert covers_shop(Principal("x"), "jd")
