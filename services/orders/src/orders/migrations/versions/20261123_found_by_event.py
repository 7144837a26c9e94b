"""steps, assignments and refunds are found by the event that announced them"""

from alembic import op

from chassis.migrations import run_sql

revision = "20261123_found_by_event"
down_revision = "20261122_refunds_clocks_settings"
branch_labels = None
depends_on = None

INDEXES = """
CREATE INDEX ix_order_states_event_id ON order_states (event_id);
CREATE INDEX ix_order_assignments_event_id ON order_assignments (event_id);
CREATE INDEX ix_refunds_event_id ON refunds (event_id);
"""


def upgrade() -> None:
    run_sql(op, INDEXES)
