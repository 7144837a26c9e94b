"""the staff directory: its ledger and how it stands"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261121_directory"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
-- C: the order of pages must not depend on the server's language
CREATE TABLE employees (
    employee_no text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    department  text NOT NULL,
    post        text NOT NULL,
    hire_date   date NOT NULL,
    manager_no  text COLLATE "C",
    work_place  text,
    leave_date  date,
    valid_from  date NOT NULL,
    CONSTRAINT ck_employees_order CHECK (leave_date >= hire_date),
    CONSTRAINT ck_employees_manager CHECK (manager_no <> employee_no)
);
CREATE INDEX ix_employees_department ON employees (department, employee_no);
CREATE INDEX ix_employees_manager_no ON employees (manager_no, employee_no);

CREATE TABLE employee_records (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employee_no text COLLATE "C" NOT NULL,
    what        text        NOT NULL CHECK (what IN ('hired', 'changed', 'left')),
    name        text        NOT NULL,
    department  text        NOT NULL,
    post        text        NOT NULL,
    hire_date   date        NOT NULL,
    manager_no  text,
    work_place  text,
    leave_date  date,
    valid_from  date        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    event_id    uuid        NOT NULL UNIQUE,
    CONSTRAINT ck_employee_records_left CHECK (what <> 'left' OR leave_date IS NOT NULL)
);
CREATE INDEX ix_employee_records_employee_no ON employee_records (employee_no, id);
"""


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_ledger(op, "employee_records")
    grant_mutable(op, "employees")
