"""notes, and what is left of them"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261121_notes"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE notes (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    words   text COLLATE "C" NOT NULL UNIQUE,
    amount  numeric(14, 2) NOT NULL CONSTRAINT ck_notes_amount CHECK (amount >= 0),
    -- checked only when the transaction commits
    answers bigint REFERENCES notes DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE drafts (words text NOT NULL);
"""


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_ledger(op, "notes")
    grant_mutable(op, "drafts")
