"""The tables of the gateway; the migrations say what holds between them."""

from sqlalchemy import BigInteger, Column, Date, DateTime, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.orm import NAMES

metadata = MetaData(naming_convention=NAMES)
_INSTANT = DateTime(timezone=True)

employees = Table(
    "employees",
    metadata,
    Column("employee_no", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("leave_date", Date),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", Text, nullable=False),
    Column("employee_no", Text),
    Column("roles", ARRAY(Text), nullable=False),
    Column("departments", ARRAY(Text), nullable=False),
    Column("shops", ARRAY(Text), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_set_at", _INSTANT, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("disabled_at", _INSTANT),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("spent_at", _INSTANT),
)

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _INSTANT, nullable=False),
    Column("act", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)
