"""boxes and removals"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261121_boxes"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE boxes (
    place    text NOT NULL,
    box_no   text NOT NULL,
    content  text NOT NULL,
    taken_by text NOT NULL,
    writes   integer NOT NULL,
    PRIMARY KEY (place, box_no)
);
CREATE TABLE removals (removal_no text PRIMARY KEY, amount numeric(14, 2) NOT NULL);
"""


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_mutable(op, "boxes")
    grant_ledger(op, "removals")
