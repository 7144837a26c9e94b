"""warehouses, things and their costs, the stock ledger, goods of orders, returns, stocktakes and who answers"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261122_inventory"
down_revision = None
branch_labels = None
depends_on = None

# COLLATE "C": numbers and codes are compared as bytes, whatever the server's language
CATALOGUE = """
CREATE TABLE warehouses (
    warehouse   text COLLATE "C" PRIMARY KEY,
    title       text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL
);
CREATE TABLE warehouse_keepers (
    serial      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    warehouse   text COLLATE "C" NOT NULL REFERENCES warehouses,
    employee_no text COLLATE "C" NOT NULL,
    valid_from  date        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL
);
CREATE INDEX ix_warehouse_keepers_warehouse ON warehouse_keepers (warehouse);

CREATE TABLE skus (
    sku         text COLLATE "C" PRIMARY KEY,
    title       text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL
);
CREATE TABLE sku_costs (
    serial      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku         text COLLATE "C" NOT NULL REFERENCES skus,
    unit_cost   numeric(16, 4) NOT NULL,
    valid_from  date        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    CONSTRAINT ck_sku_costs_unit_cost CHECK (unit_cost >= 0)
);
CREATE INDEX ix_sku_costs_sku ON sku_costs (sku);

CREATE TABLE inventory_settings (
    serial      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text        NOT NULL,
    scope       text COLLATE "C" NOT NULL,
    value       text        NOT NULL,
    valid_from  date        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL
);

CREATE TABLE colleagues (
    employee_no text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    department  text NOT NULL,
    post        text NOT NULL,
    manager_no  text COLLATE "C",
    hire_date   date NOT NULL,
    leave_date  date
);
"""

# stock_moves refers to warehouses and skus without a foreign key: both were looked up by the statement before, neither
# can be deleted, and checking each row costs more than writing it
STOCK = """
CREATE TABLE stock_moves (
    event_id    uuid PRIMARY KEY,
    warehouse   text COLLATE "C" NOT NULL,
    sku         text COLLATE "C" NOT NULL,
    change      numeric(12, 3) NOT NULL,
    on_hand     numeric(12, 3) NOT NULL,
    reason      text        NOT NULL,
    source      text        NOT NULL,
    document_no text COLLATE "C" NOT NULL,
    note        text,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    CONSTRAINT uq_stock_moves_source_document_no_warehouse_sku UNIQUE (source, document_no, warehouse, sku),
    CONSTRAINT ck_stock_moves_change CHECK (change <> 0),
    CONSTRAINT ck_stock_moves_on_hand CHECK (on_hand >= 0),
    CONSTRAINT ck_stock_moves_reason CHECK (reason IN ('received', 'issued', 'returned', 'counted', 'corrected')),
    CONSTRAINT ck_stock_moves_source CHECK (source IN ('document', 'order', 'return', 'stocktake', 'mismatch'))
);
CREATE INDEX ix_stock_moves_warehouse_sku_at ON stock_moves (warehouse, sku, at) INCLUDE (change);

CREATE TABLE stock_levels (
    warehouse     text COLLATE "C" NOT NULL,
    sku           text COLLATE "C" NOT NULL,
    on_hand       numeric(12, 3) NOT NULL,
    reserved      numeric(12, 3) NOT NULL,
    counted_until timestamptz,
    PRIMARY KEY (warehouse, sku),
    CONSTRAINT ck_stock_levels_on_hand CHECK (on_hand >= 0),
    CONSTRAINT ck_stock_levels_reserved CHECK (reserved >= 0)
) WITH (fillfactor = 85);

CREATE TABLE order_goods (
    shop      text COLLATE "C" NOT NULL,
    order_no  text COLLATE "C" NOT NULL,
    sku       text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    wanted    numeric(12, 3) NOT NULL,
    reserved  numeric(12, 3) NOT NULL,
    issued    numeric(12, 3) NOT NULL,
    state     text        NOT NULL,
    since     timestamptz NOT NULL,
    PRIMARY KEY (shop, order_no, sku),
    CONSTRAINT ck_order_goods_state CHECK (state IN ('reserved', 'shipped', 'cancelled'))
) WITH (fillfactor = 85);
CREATE INDEX ix_order_goods_short ON order_goods (warehouse, sku, since) WHERE state = 'reserved' AND reserved < wanted;
CREATE INDEX ix_order_goods_issued_short ON order_goods (since) WHERE state = 'shipped' AND issued < wanted;

CREATE TABLE unknown_skus (
    sku        text COLLATE "C" PRIMARY KEY,
    orders     bigint      NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    last_shop  text        NOT NULL,
    last_order text        NOT NULL
);

CREATE TABLE goods_returned (
    shop        text COLLATE "C" NOT NULL,
    return_no   text COLLATE "C" NOT NULL,
    order_no    text COLLATE "C" NOT NULL,
    line_no     integer,
    sku         text COLLATE "C" NOT NULL,
    quantity    numeric(12, 3) NOT NULL,
    grade       text        NOT NULL,
    disposition text        NOT NULL,
    warehouse   text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    order_known boolean     NOT NULL,
    event_id    uuid        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    PRIMARY KEY (shop, return_no),
    CONSTRAINT ck_goods_returned_quantity CHECK (quantity > 0)
);
CREATE INDEX ix_goods_returned_at ON goods_returned (at, shop, return_no);
"""

STOCKTAKES = """
CREATE TABLE stocktakes (
    stocktake_id uuid PRIMARY KEY,
    warehouse    text COLLATE "C" NOT NULL REFERENCES warehouses,
    keeper       text COLLATE "C" NOT NULL,
    planned_on   date,
    sampled      boolean     NOT NULL,
    opened_at    timestamptz NOT NULL,
    opened_by    text        NOT NULL,
    state        text        NOT NULL,
    ended_at     timestamptz,
    ended_by     text,
    reason       text,
    counted      integer,
    differences  integer,
    CONSTRAINT ck_stocktakes_state CHECK (state IN ('open', 'completed', 'abandoned'))
);
CREATE UNIQUE INDEX uq_stocktakes_open ON stocktakes (warehouse) WHERE state = 'open';
CREATE UNIQUE INDEX uq_stocktakes_planned_on ON stocktakes (warehouse, planned_on) WHERE state <> 'abandoned';

CREATE TABLE stocktake_items (
    stocktake_id uuid NOT NULL REFERENCES stocktakes,
    sku          text COLLATE "C" NOT NULL,
    PRIMARY KEY (stocktake_id, sku)
);
CREATE TABLE stocktake_people (
    stocktake_id uuid NOT NULL REFERENCES stocktakes,
    employee_no  text COLLATE "C" NOT NULL,
    role         text NOT NULL,
    PRIMARY KEY (stocktake_id, employee_no, role),
    CONSTRAINT ck_stocktake_people_role CHECK (role IN ('keeper', 'named', 'counted', 'answers'))
);
CREATE INDEX ix_stocktake_people_employee_no ON stocktake_people (employee_no, stocktake_id);

CREATE TABLE stocktake_counts (
    stocktake_id uuid NOT NULL REFERENCES stocktakes,
    sku          text COLLATE "C" NOT NULL,
    counted_by   text COLLATE "C" NOT NULL,
    counted      numeric(12, 3) NOT NULL,
    counted_at   timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    recorded_by  text        NOT NULL,
    PRIMARY KEY (stocktake_id, sku, counted_by),
    CONSTRAINT ck_stocktake_counts_counted CHECK (counted >= 0)
);
CREATE TABLE stocktake_findings (
    finding_id   uuid PRIMARY KEY,
    stocktake_id uuid NOT NULL REFERENCES stocktakes,
    sku          text COLLATE "C" NOT NULL,
    expected     numeric(12, 3) NOT NULL,
    counted      numeric(12, 3) NOT NULL,
    outcome      text        NOT NULL,
    finding      text        NOT NULL,
    parties      text[]      NOT NULL,
    weights      integer[]   NOT NULL,
    recorded_at  timestamptz NOT NULL,
    recorded_by  text        NOT NULL,
    CONSTRAINT ck_stocktake_findings_outcome CHECK (outcome IN ('explained', 'people', 'keeper'))
);
CREATE INDEX ix_stocktake_findings_stocktake_id ON stocktake_findings (stocktake_id, sku);

CREATE TABLE stocktake_results (
    stocktake_id uuid NOT NULL REFERENCES stocktakes,
    sku          text COLLATE "C" NOT NULL,
    expected     numeric(12, 3) NOT NULL,
    counted      numeric(12, 3) NOT NULL,
    counted_at   timestamptz NOT NULL,
    counted_by   text        NOT NULL,
    unit_cost    numeric(16, 4),
    PRIMARY KEY (stocktake_id, sku)
);
CREATE TABLE mismatches (
    mismatch_id   uuid PRIMARY KEY,
    stocktake_id  uuid NOT NULL REFERENCES stocktakes,
    warehouse     text COLLATE "C" NOT NULL,
    sku           text COLLATE "C" NOT NULL,
    expected      numeric(12, 3) NOT NULL,
    counted       numeric(12, 3) NOT NULL,
    found         numeric(12, 3) NOT NULL,
    unit_cost     numeric(16, 4),
    value         numeric(14, 2) NOT NULL,
    keeper        text COLLATE "C" NOT NULL,
    keeper_answers boolean    NOT NULL,
    finding       text,
    replaces      uuid REFERENCES mismatches,
    business_date date        NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text        NOT NULL
);
CREATE INDEX ix_mismatches_recorded_at ON mismatches (recorded_at, mismatch_id);
CREATE INDEX ix_mismatches_stocktake_id ON mismatches (stocktake_id);

CREATE TABLE mismatch_shares (
    mismatch_id uuid NOT NULL REFERENCES mismatches,
    place       integer NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    weight      integer NOT NULL,
    amount      numeric(14, 2) NOT NULL,
    PRIMARY KEY (mismatch_id, place)
);
CREATE INDEX ix_mismatch_shares_employee_no ON mismatch_shares (employee_no, mismatch_id);

CREATE TABLE mismatch_resolutions (
    mismatch_id uuid PRIMARY KEY REFERENCES mismatches,
    reason      text        NOT NULL,
    found       numeric(12, 3) NOT NULL,
    at          timestamptz NOT NULL,
    event_id    uuid        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL
);
CREATE TABLE stocktake_due (
    warehouse  text COLLATE "C" NOT NULL REFERENCES warehouses,
    planned_on date        NOT NULL,
    due_at     timestamptz NOT NULL,
    state      text        NOT NULL,
    event_id   uuid,
    PRIMARY KEY (warehouse, planned_on),
    CONSTRAINT ck_stocktake_due_state CHECK (state IN ('waiting', 'made', 'missed'))
);
CREATE INDEX ix_stocktake_due_waiting ON stocktake_due (due_at) WHERE state = 'waiting';
"""

LEDGERS = (
    "warehouses",
    "warehouse_keepers",
    "sku_costs",
    "inventory_settings",
    "stock_moves",
    "goods_returned",
    "stocktake_items",
    "stocktake_people",
    "stocktake_counts",
    "stocktake_findings",
    "stocktake_results",
    "mismatches",
    "mismatch_shares",
    "mismatch_resolutions",
)
MUTABLE = ("skus", "colleagues", "stock_levels", "order_goods", "unknown_skus", "stocktakes", "stocktake_due")


def upgrade() -> None:
    chassis_tables(op)
    for script in (CATALOGUE, STOCK, STOCKTAKES):
        run_sql(op, script)
    grant_ledger(op, *LEDGERS)
    grant_mutable(op, *MUTABLE)
