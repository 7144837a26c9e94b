"""orders, who sold them, refunds: the ledgers, and how every order stands"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261121_orders"
down_revision = None
branch_labels = None
depends_on = None

# COLLATE "C": numbers and codes are compared as bytes, whatever the server's language
TABLES = """
CREATE TABLE orders (
    order_id      uuid PRIMARY KEY,
    shop          text COLLATE "C" NOT NULL,
    order_no      text COLLATE "C" NOT NULL,
    placed_at     timestamptz NOT NULL,
    business_date date NOT NULL,
    buyer         text,
    remark        text,
    basis         text NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text NOT NULL,
    CONSTRAINT uq_orders_shop_order_no UNIQUE (shop, order_no),
    CONSTRAINT ck_orders_basis CHECK (basis IN ('live', 'historical'))
);
CREATE INDEX ix_orders_placed_at ON orders (placed_at, order_id);

-- order_lines, order_parties and order_states refer to orders without a foreign key: their rows are written by the
-- statement that makes the order, or by one that holds its row of order_status, and no order can be deleted; checking
-- each row costs more than writing it (a third of an import)
CREATE TABLE order_lines (
    order_id   uuid NOT NULL,
    revision   integer NOT NULL,
    line_no    integer NOT NULL,
    sku        text NOT NULL,
    title      text,
    quantity   numeric(14, 3) NOT NULL,
    unit_price numeric(16, 4) NOT NULL,
    discount   numeric(14, 2) NOT NULL,
    net_amount numeric(14, 2) NOT NULL,
    PRIMARY KEY (order_id, revision, line_no),
    CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
    CONSTRAINT ck_order_lines_net_amount CHECK (net_amount >= 0)
);

CREATE TABLE order_parties (
    order_id    uuid NOT NULL,
    assignment  integer NOT NULL,
    line_no     integer NOT NULL,
    place       integer NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    weight      integer NOT NULL,
    amount      numeric(14, 2) NOT NULL,
    PRIMARY KEY (order_id, assignment, line_no, place),
    CONSTRAINT ck_order_parties_weight CHECK (weight > 0)
);
CREATE INDEX ix_order_parties_employee_no ON order_parties (employee_no, order_id);

CREATE TABLE order_states (
    order_id      uuid NOT NULL,
    state         text NOT NULL,
    step_no       integer NOT NULL,
    at            timestamptz NOT NULL,
    business_date date NOT NULL,
    reason        text,
    event_id      uuid NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text NOT NULL,
    PRIMARY KEY (order_id, state),
    CONSTRAINT ck_order_states_state CHECK (state IN ('created', 'paid', 'completed', 'cancelled'))
);

CREATE TABLE order_amendments (
    order_id    uuid NOT NULL REFERENCES orders,
    revision    integer NOT NULL,
    buyer       text,
    remark      text,
    reason      text,
    event_id    uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (order_id, revision)
);

CREATE TABLE order_assignments (
    order_id    uuid NOT NULL REFERENCES orders,
    assignment  integer NOT NULL,
    reason      text,
    event_id    uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (order_id, assignment)
);

CREATE TABLE refunds (
    refund_id   uuid PRIMARY KEY,
    shop        text COLLATE "C" NOT NULL,
    refund_no   text COLLATE "C" NOT NULL,
    order_id    uuid REFERENCES orders,
    order_no    text COLLATE "C",
    line_no     integer,
    amount      numeric(14, 2) NOT NULL,
    executed_at timestamptz NOT NULL,
    reason      text,
    basis       text NOT NULL,
    sellers     text,
    event_id    uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT uq_refunds_shop_refund_no UNIQUE (shop, refund_no),
    CONSTRAINT ck_refunds_amount CHECK (amount > 0),
    CONSTRAINT ck_refunds_basis CHECK (basis = 'historical' OR order_id IS NOT NULL)
);
CREATE INDEX ix_refunds_executed_at ON refunds (executed_at, refund_id);
CREATE INDEX ix_refunds_order_id ON refunds (order_id);

CREATE TABLE refund_lines (
    refund_id uuid NOT NULL REFERENCES refunds,
    line_no   integer NOT NULL,
    order_id  uuid NOT NULL,
    amount    numeric(14, 2) NOT NULL,
    PRIMARY KEY (refund_id, line_no)
);
CREATE INDEX ix_refund_lines_order_id ON refund_lines (order_id);

CREATE TABLE refund_shares (
    refund_id   uuid NOT NULL REFERENCES refunds,
    line_no     integer NOT NULL,
    place       integer NOT NULL,
    order_id    uuid,
    assignment  integer,
    employee_no text COLLATE "C" NOT NULL,
    amount      numeric(14, 2) NOT NULL,
    PRIMARY KEY (refund_id, line_no, place)
);
CREATE INDEX ix_refund_shares_order_id ON refund_shares (order_id);
CREATE INDEX ix_refund_shares_employee_no ON refund_shares (employee_no, refund_id);

CREATE TABLE order_status (
    order_id   uuid PRIMARY KEY REFERENCES orders,
    state      text NOT NULL,
    revision   integer NOT NULL,
    assignment integer NOT NULL,
    net_amount numeric(14, 2) NOT NULL,
    refunded   numeric(14, 2) NOT NULL,
    untagged   boolean NOT NULL,
    said       bytea NOT NULL,
    CONSTRAINT ck_order_status_refunded CHECK (refunded <= net_amount)
) WITH (fillfactor = 85);
CREATE INDEX ix_order_status_untagged ON order_status (order_id) WHERE untagged;

CREATE TABLE employees (
    employee_no text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    department  text NOT NULL,
    leave_date  date
);
"""

LEDGERS = (
    "orders",
    "order_lines",
    "order_parties",
    "order_states",
    "order_amendments",
    "order_assignments",
    "refunds",
    "refund_lines",
    "refund_shares",
)


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_ledger(op, *LEDGERS)
    grant_mutable(op, "order_status", "employees")
