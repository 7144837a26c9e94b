"""The tables of payroll; the migrations say what holds between them."""

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.orm import NAMES

metadata = MetaData(naming_convention=NAMES)


def _money(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Numeric(14, 2), nullable=nullable)


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


def _employee_no() -> Column[object]:
    return Column("employee_no", Text(collation="C"), nullable=False)


facts = Table(
    "facts",
    metadata,
    Column("period", Date, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("gives_up", Boolean, primary_key=True),
    Column("type", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    _instant("occurred_at"),
    Column("about", Text, nullable=False),
    Column("shop", Text),
    _money("amount", nullable=True),
    Column("sale", Uuid),
    Column("historical", Boolean, nullable=False),
    _instant("recorded_at"),
)
"""What happened: one row per event and person, never altered; `period` is the first day of its month."""

directory = Table(
    "directory",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("name", Text),
    Column("department", Text),
    Column("post", Text),
    Column("hire_date", Date),
    Column("leave_date", Date),
    Column("work_place", Text),
)
"""People as attendance announced them last."""

terms = Table(
    "terms",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("valid_from", Date, nullable=False),
    _money("base_salary"),
    Column("scheme", Text),
    Column("work_place", Text),
    _instant("decided_at"),
    Column("decided_by", Text, nullable=False),
)
"""Agreements about pay; a new version never alters an old one."""

rulebook_versions = Table(
    "rulebook_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("pack", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("pack_version", Integer, nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("content", Text, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("warnings", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    _instant("drafted_at"),
)
"""Versions of the rulebook with the whole text they were made of, so that an old month computes to the byte."""

rulebook_signatures = Table(
    "rulebook_signatures",
    metadata,
    Column("version_id", Uuid, primary_key=True),
    Column("signed_by", Text, nullable=False),
    _instant("signed_at"),
)
"""Which versions are signed; an unsigned one prices nothing."""

loss_cases = Table(
    "loss_cases",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("period", Date, nullable=False),
    _employee_no(),
    Column("clause_id", Text, nullable=False),
    _money("amount"),
    Column("finding", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("noticed_on", Date, nullable=False),
    Column("decided_on", Date, nullable=False),
    _instant("decided_at"),
    Column("decided_by", Text, nullable=False),
)
"""Decisions that an employee caused a loss."""

figures = Table(
    "figures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("period", Date, nullable=False),
    _employee_no(),
    Column("type", Text, nullable=False),
    Column("occurrences", Integer, nullable=False),
    Column("source", Text, nullable=False),
    _instant("entered_at"),
    Column("entered_by", Text, nullable=False),
)
"""A month's counts taken from an outside report; of several for one person, month and type the newest holds."""

runs = Table(
    "runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("period", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("differences", Boolean, nullable=False),
    Column("based_on", Uuid),
    Column("people", Integer, nullable=False),
    Column("problems", Integer, nullable=False),
    _money("gross"),
    _money("net"),
    Column("totals", JSONB, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("prepared_by", Text, nullable=False),
    _instant("prepared_at"),
)
"""Calculations of a period; `based_on` is the newest issue that existed when it was made."""

run_payslips = Table(
    "run_payslips",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("employee_no", Text(collation="C"), primary_key=True),
    _money("gross"),
    _money("net"),
    Column("problems", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
)
"""What a run calculated, one payslip a row; an issued run's are the issued payslips."""

run_approvals = Table(
    "run_approvals",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("approved_by", Text, nullable=False),
    _instant("approved_at"),
)
"""Who approved a run."""

run_issues = Table(
    "run_issues",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("period", Date, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("issued_by", Text, nullable=False),
    _instant("issued_at"),
)
"""Which runs are issued: sequence 1 is the pay of the period, later ones are differences."""

balances = Table(
    "balances",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("balance_id", Text, primary_key=True),
    Column("period", Date, nullable=False),
    _money("outstanding"),
    Column("content", JSONB, nullable=False),
)
"""What issued runs carried to later months."""
