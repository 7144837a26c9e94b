"""The tables of payroll; the migrations say what holds between them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, Table, Text, Uuid
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
    Column("fields", JSONB),
    Column("revokes", Uuid),
    Column("revokes_period", Date),
    _instant("recorded_at"),
)
"""What happened: one row per event and person, never altered; `period` is the first day of its month.

`revokes` names the event that no longer holds because of this one, `revokes_period` the month of that event.
"""

stirred = Table(
    "stirred",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("period", Date, nullable=False),
    _employee_no(),
    Column("type", Text, nullable=False),
)
"""Whose deductions of a month are to be looked at again, and which type of fact is the cause ('' for anything else)."""

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
    Column("manager_no", Text(collation="C")),
)
"""People as attendance announced them last."""

terms = Table(
    "terms",
    metadata,
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("valid_from", Date, nullable=False),
    _money("base_salary"),
    _money("performance_bonus", nullable=True),
    _money("attendance_bonus", nullable=True),
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

run_deductions = Table(
    "run_deductions",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("clause_id", Text, nullable=False),
    Column("event_id", Uuid),
    Column("month", Text),
    Column("day", Date, nullable=False),
    Column("punishes", Boolean, nullable=False),
    _money("allowed"),
    _money("carried"),
)
"""What a run takes for which event or month, one row a line, so that later months need not read its payslips."""

run_standings = Table(
    "run_standings",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("employee_no", Text(collation="C"), primary_key=True),
    Column("clause_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("metric", Numeric, nullable=False),
)
"""Everybody's place in their department's rankings as a run saw them."""

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

assessments = Table(
    "assessments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("period", Date, nullable=False),
    _employee_no(),
    Column("clause_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("event_id", Uuid),
    _money("amount"),
    Column("automatic", Boolean, nullable=False),
    Column("about", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("explanation", JSONB, nullable=False),
    _instant("assessed_at"),
)
"""Proposals to take money: person, clause, and the event (or, for clauses of a month, the month) it rests on."""

assessment_states = Table(
    "assessment_states",
    metadata,
    Column("assessment_id", Uuid, primary_key=True),
    Column("period", Date, nullable=False),
    _employee_no(),
    Column("clause_id", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("state", Text, nullable=False),
)
"""How each assessment stands now; the ledgers around it tell how it came to that."""

assessment_revocations = Table(
    "assessment_revocations",
    metadata,
    Column("assessment_id", Uuid, primary_key=True),
    Column("because_of", Uuid),
    Column("reason", JSONB, nullable=False),
    _instant("revoked_at"),
)
"""Assessments that hold no longer because what they rest on changed; `because_of` is the event that said so."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assessment_id", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
    _money("amount"),
    Column("reason", Text, nullable=False),
    Column("appeal_id", Uuid),
    Column("decided_by", Text, nullable=False),
    _instant("decided_at"),
)
"""What people decided about assessments; of several about one the newest holds. `amount` is what is to be taken."""

appeals = Table(
    "appeals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("assessment_id", Uuid, nullable=False),
    _employee_no(),
    Column("reason", Text, nullable=False),
    _instant("appealed_at"),
)
"""What employees object to, line by line."""

appeal_decisions = Table(
    "appeal_decisions",
    metadata,
    Column("appeal_id", Uuid, primary_key=True),
    Column("outcome", Text, nullable=False),
    _money("amount_before"),
    _money("amount_after"),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    _instant("decided_at"),
)
"""What became of appeals."""

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    _employee_no(),
    Column("kind", Text, nullable=False),
    Column("assessment_id", Uuid),
    Column("text", JSONB, nullable=False),
    _instant("noticed_at"),
)
"""What employees were told, in both languages."""

month_ends = Table(
    "month_ends",
    metadata,
    Column("period", Date, primary_key=True),
    _instant("assessed_at"),
)
"""Ended months in which everybody's monthly clauses were stirred."""

producer_seals = Table(
    "producer_seals",
    metadata,
    Column("producer", Text, primary_key=True),
    Column("period", Date, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("chain", Text, nullable=False),
    Column("totals", JSONB, nullable=False),
    Column("counted", JSONB, nullable=False),
    Column("announced_at", BigInteger, nullable=False),
    Column("own_chain", Text, nullable=False),
    Column("announced_chain", Text, nullable=False),
    _instant("sealed_at"),
    Column("sealed_by", Text, nullable=False),
    _instant("recorded_at"),
)
"""What each producer's stream said that it had sealed; `own_chain` is payroll's before that event, both hexadecimal."""

close_certificates = Table(
    "close_certificates",
    metadata,
    Column("period", Date, primary_key=True),
    Column("content", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    _instant("closed_at"),
)
"""Why a period could be closed, as JSON with its SHA-256; a period is closed when it is here."""

late_facts = Table(
    "late_facts",
    metadata,
    Column("period", Date, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("employee_no", Text(collation="C"), primary_key=True),
    _instant("recorded_at"),
)
"""Facts that came after their period, or the one they revoke something of, was closed; a trigger writes them."""

authority_limits = Table(
    "authority_limits",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("valid_from", Date, nullable=False),
    _money("amount"),
    Column("set_by", Text, nullable=False),
    _instant("set_at"),
)
"""Up to which amount leads and HR decide by themselves; above it the boss does."""
