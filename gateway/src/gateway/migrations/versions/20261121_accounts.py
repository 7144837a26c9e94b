"""accounts, sessions, the audit, and who works here"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql, runtime_role

revision = "20261121_accounts"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
-- the staff directory, as attendance tells it
CREATE TABLE employees (
    employee_no text PRIMARY KEY,
    name        text NOT NULL,
    department  text NOT NULL,
    leave_date  date
);

CREATE TABLE accounts (
    id              uuid PRIMARY KEY,
    login           text        NOT NULL CONSTRAINT uq_accounts_login UNIQUE,
    employee_no     text        CONSTRAINT uq_accounts_employee_no UNIQUE,
    roles           text[]      NOT NULL CONSTRAINT ck_accounts_roles CHECK (cardinality(roles) > 0
                        AND roles <@ ARRAY['employee', 'lead', 'hr', 'finance', 'boss']),
    departments     text[]      NOT NULL,
    shops           text[]      NOT NULL,
    password_hash   text        NOT NULL,
    password_set_at timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    disabled_at     timestamptz
);

-- one sign-in and everything refreshed from it
CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES accounts,
    opened_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX ix_sessions_account_id ON sessions (account_id) WHERE ended_at IS NULL;

-- tokens are kept as SHA-256 only
CREATE TABLE access_tokens (
    hash       bytea PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_access_tokens_session_id ON access_tokens (session_id);
CREATE INDEX ix_access_tokens_expires_at ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash       bytea PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    spent_at   timestamptz
);
CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);

-- what happened to accounts and sessions; each row seals the one before (chain)
CREATE TABLE audit (
    position       bigint PRIMARY KEY,
    at             timestamptz NOT NULL,
    act            text        NOT NULL,
    login          text        NOT NULL,
    actor          text        NOT NULL,
    network        text        NOT NULL,
    correlation_id text        NOT NULL,
    details        text        NOT NULL,
    chain          bytea       NOT NULL
);
CREATE INDEX ix_audit_login ON audit (login, at);
CREATE INDEX ix_audit_network ON audit (network, at);
"""


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_ledger(op, "audit")
    grant_mutable(op, "employees", "sessions", "access_tokens", "refresh_tokens")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON accounts TO {runtime_role(op)}")
