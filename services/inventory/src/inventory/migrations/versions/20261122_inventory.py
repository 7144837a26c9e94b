"""what every service keeps"""

from alembic import op

from chassis.migrations import chassis_tables

revision = "20261122_inventory"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    chassis_tables(op)
