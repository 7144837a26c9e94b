"""Things, movements and counts out of files: compared and applied in bulk, on a real database."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from chassis.imports.kinds import Outcome, Record
from inventory.intake import KINDS

from .conftest import House, at

KIND = {kind.name: kind for kind in KINDS}
KEEPER = ("boss", "B001")


def record(kind: str, **said: Any) -> Record:
    fields = dict.fromkeys(KIND[kind].fields) | said
    key = " ".join(str(fields[name]) for name in KIND[kind].key)
    return Record(key, "file.csv", 2, fields, ())


def receipt(number: str = "RK-9", sku: str = "cup", kind: str = "receipts", **said: Any) -> Record:
    fields = {"warehouse": "main", "document_no": number, "sku": sku, "quantity": Decimal(1)}
    return record(kind, **(fields | {"at": datetime.fromisoformat(at(1))} | said))


def count(sku: str = "cup", who: str = "A001", **said: Any) -> Record:
    when = datetime.fromisoformat(at(2, 18))
    fields = {"warehouse": "main", "sku": sku, "counted": Decimal(20), "counted_at": when, "counted_by": who}
    return record("counts", **(fields | said))


async def apply(
    house: House, kind: str, *records: Record, by: tuple[str, str] = KEEPER, foreseen: bool = True
) -> list[Outcome]:
    """Apply records of one kind; what the preview foresees is what happens."""
    door, who = house.door(), house.principal(by[0], employee_no=by[1])
    async with house.db.opened.transaction(door) as session:
        preview = list(await KIND[kind].compare(session, records, by=who))
        became = list(await KIND[kind].apply(session, records, by=who, now=door.now))
    assert not foreseen or preview == became
    return became


def told(outcomes: Sequence[Outcome]) -> list[str]:
    return [f"{o.field}: {o.reason.en}" if o.verdict == "refused" and o.reason else o.verdict for o in outcomes]


async def test_things(house: House) -> None:
    first = record("skus", sku="mug", title="马克杯", unit_cost=Decimal("3.5"))
    assert told(await apply(house, "skus", first, record("skus", sku="bag", title="袋"))) == ["new", "new"]
    assert told(await apply(house, "skus", first)) == ["same"]
    assert told(await apply(house, "skus", record("skus", sku="mug", title="马克杯", unit_cost=Decimal(4)))) == [
        "amended"
    ]
    [refused] = told(
        await apply(house, "skus", record("skus", sku="mug", title="杯", unit_cost=Decimal(1)), by=("keeper", "K001"))
    )
    assert refused.startswith("unit_cost: The unit cost of mug")
    [mug] = (await house.read("/skus", sku="mug"))["items"]
    assert Decimal(mug["unit_cost"]) == 4


async def test_goods_of_a_file_twice(house: House) -> None:
    records = [receipt(f"RK-{i:04}", sku) for i in range(300) for sku in ("cup", "pot")]
    assert set(told(await apply(house, "receipts", *records))) == {"new"}
    assert set(told(await apply(house, "receipts", *records))) == {"same"}
    assert (await house.level(), await house.level("pot")) == ((320, 0), (305, 0))
    assert len(await house.events("stock.changed")) == 602


async def test_rows_that_cannot_be_booked_change_nothing_and_say_why(house: House) -> None:
    rows = [
        receipt("RK-2", "mug"),
        receipt("RK-3", warehouse="nowhere"),
        receipt("RK-4", quantity=Decimal(0)),
        receipt("RK-5", at=datetime.fromisoformat("2099-01-01T00:00:00+08:00")),
        receipt("RK-6", quantity=Decimal("10000000000")),
        receipt("RK-1", quantity=Decimal(7)),
        receipt("RK-7"),
    ]
    said = told(await apply(house, "receipts", *rows))
    assert [one.split(":")[0] for one in said] == [
        "sku",
        "warehouse",
        "quantity",
        "at",
        "quantity",
        "document_no",
        "new",
    ]
    assert await house.level() == (21, 0)
    out = [receipt("CK-1", kind="issues", quantity=Decimal(20)), receipt("CK-2", kind="issues", quantity=Decimal(2))]
    assert told(await apply(house, "issues", *out, foreseen=False))[1].startswith("quantity: There are fewer than 2")
    assert await house.level() == (1, 0)


async def test_counts_of_a_file_twice_and_what_they_refuse(house: House) -> None:
    assert told(await apply(house, "counts", count()))[0].startswith("counted_at: No stocktake was open in main")
    stocktake = await house.open()
    rows = [
        count(),
        count("pot", counted=Decimal(5)),
        count(who="K001"),
        count("mug"),
        count(who="X"),
        count("pot", "A007", warehouse="nowhere"),
        count("pot", "L001", counted_at=datetime.fromisoformat("2099-01-01T00:00:00+08:00")),
        count("pot", "L001", counted_at=datetime.fromisoformat(at(2, 16))),
        count(who="B001"),
        count("pot", "K002", counted=Decimal("1e10")),
    ]
    said = [one.split(":")[0] for one in told(await apply(house, "counts", *rows))]
    assert said == [
        "new",
        "new",
        "new",
        "sku",
        "counted_by",
        "warehouse",
        "counted_at",
        "counted_at",
        "counted_by",
        "counted",
    ]
    assert told(await apply(house, "counts", *rows[:3])) == ["same"] * 3
    assert told(await apply(house, "counts", count(counted=Decimal(19))))[0].startswith("counted_by: A001 counted cup")
    own = told(await apply(house, "counts", count("pot", "K001"), count("pot", "A007"), by=("keeper", "K001")))
    assert own[0] == "new" and own[1].startswith("counted_by: You count here only")
    assert (await house.read(f"/stocktakes/{stocktake}"))["counted"] == 2
