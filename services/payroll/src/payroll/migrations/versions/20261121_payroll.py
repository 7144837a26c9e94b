"""facts, directory, terms, rulebook, decisions, runs and payslips"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261121_payroll"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
-- every key begins with the period, so that the table can be partitioned by it without touching a query
CREATE TABLE facts (
    period        date        NOT NULL,
    event_id      uuid        NOT NULL,
    employee_no   text COLLATE "C" NOT NULL,
    gives_up      boolean     NOT NULL,
    type          text        NOT NULL,
    business_date date        NOT NULL,
    occurred_at   timestamptz NOT NULL,
    about         text        NOT NULL,
    shop          text,
    amount        numeric(14, 2),
    sale          uuid,
    historical    boolean     NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (period, event_id, employee_no, gives_up)
);
CREATE INDEX ix_facts_person ON facts (period, employee_no, type);
CREATE INDEX ix_facts_sale ON facts (sale) WHERE sale IS NOT NULL;

CREATE TABLE directory (
    employee_no text COLLATE "C" PRIMARY KEY,
    name        text,
    department  text,
    post        text,
    hire_date   date,
    leave_date  date,
    work_place  text
);

CREATE TABLE terms (
    employee_no text COLLATE "C" NOT NULL,
    version     integer        NOT NULL CHECK (version > 0),
    valid_from  date           NOT NULL,
    base_salary numeric(14, 2) NOT NULL CHECK (base_salary >= 0),
    scheme      text,
    work_place  text,
    decided_at  timestamptz    NOT NULL,
    decided_by  text           NOT NULL,
    PRIMARY KEY (employee_no, version),
    CONSTRAINT ck_terms_other CHECK (decided_by <> employee_no)
);

CREATE TABLE rulebook_versions (
    id            uuid PRIMARY KEY,
    pack          text        NOT NULL,
    number        integer     NOT NULL,
    pack_version  integer     NOT NULL,
    in_force_from date        NOT NULL,
    content       text        NOT NULL,
    changes       jsonb       NOT NULL,
    warnings      jsonb       NOT NULL,
    author        text        NOT NULL,
    drafted_at    timestamptz NOT NULL,
    UNIQUE (pack, number)
);
CREATE TABLE rulebook_signatures (
    version_id uuid PRIMARY KEY REFERENCES rulebook_versions,
    signed_by  text        NOT NULL,
    signed_at  timestamptz NOT NULL
);

CREATE TABLE loss_cases (
    case_id     uuid PRIMARY KEY,
    period      date           NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    clause_id   text           NOT NULL,
    amount      numeric(14, 2) NOT NULL CHECK (amount > 0),
    finding     text           NOT NULL,
    proof       text           NOT NULL,
    noticed_on  date           NOT NULL,
    decided_on  date           NOT NULL,
    decided_at  timestamptz    NOT NULL,
    decided_by  text           NOT NULL,
    CONSTRAINT ck_loss_cases_notice CHECK (noticed_on <= decided_on),
    CONSTRAINT ck_loss_cases_other CHECK (decided_by <> employee_no)
);
CREATE INDEX ix_loss_cases_person ON loss_cases (period, employee_no);

CREATE TABLE figures (
    id          uuid PRIMARY KEY,
    period      date        NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    type        text        NOT NULL,
    occurrences integer     NOT NULL CHECK (occurrences >= 0),
    source      text        NOT NULL,
    entered_at  timestamptz NOT NULL,
    entered_by  text        NOT NULL
);
CREATE INDEX ix_figures_person ON figures (period, employee_no, type, id);

CREATE TABLE runs (
    id          uuid PRIMARY KEY,
    period      date           NOT NULL,
    number      integer        NOT NULL,
    differences boolean        NOT NULL,
    based_on    uuid,
    people      integer        NOT NULL,
    problems    integer        NOT NULL,
    gross       numeric(14, 2) NOT NULL,
    net         numeric(14, 2) NOT NULL,
    totals      jsonb          NOT NULL,
    evidence    jsonb          NOT NULL,
    prepared_by text           NOT NULL,
    prepared_at timestamptz    NOT NULL,
    UNIQUE (period, number)
);
CREATE TABLE run_payslips (
    run_id      uuid           NOT NULL REFERENCES runs DEFERRABLE INITIALLY DEFERRED,
    employee_no text COLLATE "C" NOT NULL,
    gross       numeric(14, 2) NOT NULL,
    net         numeric(14, 2) NOT NULL,
    problems    integer        NOT NULL,
    content     jsonb          NOT NULL,
    PRIMARY KEY (run_id, employee_no)
);
CREATE TABLE run_approvals (
    run_id      uuid PRIMARY KEY REFERENCES runs,
    approved_by text        NOT NULL,
    approved_at timestamptz NOT NULL
);
CREATE TABLE run_issues (
    run_id    uuid PRIMARY KEY REFERENCES run_approvals,
    period    date        NOT NULL,
    sequence  integer     NOT NULL,
    issued_by text        NOT NULL,
    issued_at timestamptz NOT NULL,
    UNIQUE (period, sequence)
);
CREATE TABLE balances (
    run_id      uuid           NOT NULL REFERENCES run_issues,
    balance_id  text           NOT NULL,
    period      date           NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    outstanding numeric(14, 2) NOT NULL CHECK (outstanding > 0),
    content     jsonb          NOT NULL,
    PRIMARY KEY (run_id, employee_no, balance_id)
);
"""
LEDGERS = (
    "facts", "terms", "rulebook_versions", "rulebook_signatures", "loss_cases", "figures",
    "runs", "run_payslips", "run_approvals", "run_issues", "balances",
)  # fmt: skip


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_ledger(op, *LEDGERS)
    grant_mutable(op, "directory")
