"""periods that are sealed, and what had been said about each by then"""

from alembic import op

from chassis.migrations import grant_ledger, run_sql

revision = "20261122_seals"
down_revision = "20261122_importer"
branch_labels = None
depends_on = None

SEALS = """
CREATE TABLE seals (
    period    date PRIMARY KEY CHECK (extract(day FROM period) = 1),
    position  bigint      NOT NULL,
    epoch     integer     NOT NULL,
    chain     bytea       NOT NULL,
    totals    text        NOT NULL, -- JSON
    event_id  uuid        NOT NULL,
    sealed_at timestamptz NOT NULL,
    sealed_by text        NOT NULL
);
"""


def upgrade() -> None:
    run_sql(op, SEALS)
    grant_ledger(op, "seals")
