"""The tables of attendance; the migrations say what holds between them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)

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


def _number() -> Column[str]:
    return Column("employee_no", Text(collation="C"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


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
    _number(),
    Column("what", Text, nullable=False),
    *_entry(),
    Column("valid_from", Date, nullable=False),
    _instant("recorded_at"),
    Column("recorded_by", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
)
"""The ledger: one row a change, never altered."""

shift_templates = Table(
    "shift_templates",
    metadata,
    Column("code", Text(collation="C"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("starts", ARRAY(Integer), nullable=False),
    Column("ends", ARRAY(Integer), nullable=False),
    Column("punches", Text, nullable=False),
    Column("grace_minutes", Integer, nullable=False),
    Column("meal_minutes", Integer),
    _instant("recorded_at"),
    Column("recorded_by", Text, nullable=False),
)
"""Shifts as rosters name them; the newest version of a code is in force for new entries."""

duties = Table(
    "duties",
    metadata,
    Column("duty_id", Uuid, primary_key=True),
    _number(),
    Column("business_date", Date, nullable=False),
    Column("shift", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("starts", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("ends", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("shops", ARRAY(Text), nullable=False),
    Column("accounts", ARRAY(Text), nullable=False),
    _instant("recorded_at"),
    Column("recorded_by", Text, nullable=False),
)
"""Roster entries, which never change."""

duty_states = Table(
    "duty_states",
    metadata,
    Column("duty_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("event_id", Uuid),
    _instant("due_at"),
    Column("looked_at", Boolean, nullable=False),
    _instant("changed_at"),
    Column("changed_by", Text, nullable=False),
)
"""Whether an entry is a draft, published or taken off, and when its day can be evaluated."""

punches = Table(
    "punches",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("zone", Text, nullable=False),
    Column("wall_time", DateTime, nullable=False),
    Column("device", Text),
    Column("source", Text, nullable=False),
    _instant("received_at"),
    Column("recorded_by", Text, nullable=False),
)
"""Punches, which never change."""

punch_voids = Table(
    "punch_voids",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("correction_id", Uuid, nullable=False),
)
"""Punches that an approved correction declared invalid."""

corrections = Table(
    "corrections",
    metadata,
    Column("correction_id", Uuid, primary_key=True),
    _number(),
    Column("what", Text, nullable=False),
    _instant("at"),
    Column("zone", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _instant("asked_at"),
    Column("asked_by", Text, nullable=False),
)

correction_decisions = Table(
    "correction_decisions",
    metadata,
    Column("correction_id", Uuid, primary_key=True),
    Column("decision", Text, nullable=False),
    Column("note", Text),
    _instant("decided_at"),
    Column("decided_by", Text, nullable=False),
)

leaves = Table(
    "leaves",
    metadata,
    Column("leave_id", Uuid, primary_key=True),
    _number(),
    Column("leave_type", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    _instant("starts_at", nullable=True),
    _instant("ends_at", nullable=True),
    Column("emergency", Boolean, nullable=False),
    Column("short_notice", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    _instant("asked_at"),
    Column("asked_by", Text, nullable=False),
)

leave_steps = Table(
    "leave_steps",
    metadata,
    Column("leave_id", Uuid, primary_key=True),
    Column("step_no", Integer, primary_key=True),
    Column("what", Text, nullable=False),
    Column("note", Text),
    _instant("recorded_at"),
    Column("recorded_by", Text, nullable=False),
)

leave_states = Table(
    "leave_states",
    metadata,
    Column("leave_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("value", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    _instant("recorded_at"),
    Column("recorded_by", Text, nullable=False),
)

days = Table(
    "days",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("business_date", Date, primary_key=True),
    Column("shift", Text, nullable=False),
    Column("kind_of_day", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("scheduled_minutes", Integer, nullable=False),
    Column("worked_minutes", Integer, nullable=False),
    Column("leave_minutes", Integer, nullable=False),
    Column("absent_minutes", Integer, nullable=False),
    Column("late_minutes", Integer, nullable=False),
    Column("left_early_minutes", Integer, nullable=False),
    Column("meal_eligible", Boolean, nullable=False),
    Column("absent_in_a_row", Integer, nullable=False),
    _instant("came_at", nullable=True),
    _instant("left_at", nullable=True),
    _instant("evaluated_at"),
)
"""Days as evaluated last."""
