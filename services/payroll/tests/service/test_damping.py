"""While facts arrive one after the other, people are looked at rarely; when their facts are quiet, at once."""

import asyncio
from datetime import date

import pytest

from payroll import worker
from payroll.settings import Settings

from .conftest import Payroll
from .test_deductions import shop_of

MAY = date(2026, 5, 10)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note when the job looks, in seconds of the loop; its patience is a tenth of what it is."""
    noted: list[float] = []
    look = worker.look

    async def noting(*said: object) -> bool:
        noted.append(asyncio.get_running_loop().time())
        return await look(*said)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "look", noting)
    monkeypatch.setattr(worker, "QUIET", 0.2)
    monkeypatch.setattr(worker, "PATIENCE", 1.0)
    return noted


async def test_nobody_is_looked_at_while_facts_arrive_and_everybody_afterwards(
    payroll: Payroll, looks: list[float]
) -> None:
    await shop_of(payroll, "A1")
    await payroll.assessed()
    settings, loop = Settings(database_url=payroll.db.url), asyncio.get_running_loop()

    async def arrive() -> float:
        for number in range(6):
            await payroll.reviewed(MAY, "A1", review_no=f"R{number}")
            await asyncio.sleep(0.05)
        return loop.time()

    await payroll.reviewed(MAY, "A1", review_no="first")
    arriving = asyncio.create_task(arrive())
    began = loop.time()
    assert await worker.assess(payroll.db.opened, settings)
    last = await arriving
    assert looks[0] >= min(last, began + worker.PATIENCE), "not before they were quiet, or patience ended"
    await payroll.assessed()
    assert len(await payroll.deductions()) == 7


async def test_patience_ends_while_facts_keep_arriving(payroll: Payroll, looks: list[float]) -> None:
    await shop_of(payroll, "A1")
    await payroll.assessed()
    settings, done = Settings(database_url=payroll.db.url), asyncio.Event()

    async def arrive() -> None:
        number = 0
        while not done.is_set():
            number += 1
            await payroll.reviewed(MAY, "A1", review_no=f"R{number}")

    await payroll.reviewed(MAY, "A1", review_no="first")
    arriving = asyncio.create_task(arrive())
    began = asyncio.get_running_loop().time()
    assert await worker.assess(payroll.db.opened, settings)
    done.set()
    await arriving
    assert len(looks) == 1, "one look, and the recording goes on"
    assert looks[0] - began >= worker.PATIENCE
    assert await payroll.deductions(), "who waited long was looked at all the same"
