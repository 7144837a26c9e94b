"""The tables of attendance; the migrations say what holds between them."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, MetaData, Table, Text, Uuid

from chassis.orm import NAMES

metadata = MetaData(naming_convention=NAMES)


def _entry() -> tuple[Column[object], ...]:
    return (
        Column("name", Text, nullable=False),
        Column("department", Text, nullable=False),
        Column("post", Text, nullable=False),
        Column("hire_date", Date, nullable=False),
        Column("manager_no", Text),
        Column("work_place", Text),
        Column("leave_date", Date),
    )


employees = Table(
    "employees",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    *_entry(),
    Column("valid_from", Date, nullable=False),
)
"""The directory as it stands; each row is what the newest record of that number says."""

employee_records = Table(
    "employee_records",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("employee_no", Text(collation="C"), nullable=False),
    Column("what", Text, nullable=False),
    *_entry(),
    Column("valid_from", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
)
"""The ledger: one row a change, never altered."""
