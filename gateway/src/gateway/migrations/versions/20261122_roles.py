"""two more roles: keeper and auditor"""

from alembic import op

from chassis.migrations import run_sql

revision = "20261122_roles"
down_revision = "20261121_accounts"
branch_labels = None
depends_on = None

ROLES = """
ALTER TABLE accounts DROP CONSTRAINT ck_accounts_roles;
ALTER TABLE accounts ADD CONSTRAINT ck_accounts_roles CHECK (cardinality(roles) > 0
    AND roles <@ ARRAY['employee', 'lead', 'hr', 'finance', 'boss', 'keeper', 'auditor']);
"""


def upgrade() -> None:
    run_sql(op, ROLES)
