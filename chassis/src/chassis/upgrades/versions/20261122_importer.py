"""an import keeps who handed it in and what its columns are called, and may expire"""

from alembic import op

from chassis.imports.tables import IMPORTER
from chassis.migrations import run_sql

revision = "20261122_importer"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op, IMPORTER)
