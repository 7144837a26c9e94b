"""refund requests and their gate, shipped orders, clocks, dated settings of shops, stock that ran out"""

from alembic import op

from chassis.migrations import grant_ledger, grant_mutable, run_sql

revision = "20261122_refunds_clocks_settings"
down_revision = "20261121_orders"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE order_states DROP CONSTRAINT ck_order_states_state;
ALTER TABLE order_states ADD CONSTRAINT ck_order_states_state
    CHECK (state IN ('created', 'paid', 'shipped', 'completed', 'cancelled'));

ALTER TABLE employees ADD COLUMN manager_no text COLLATE "C";
CREATE INDEX ix_employees_manager_no ON employees (manager_no);

-- the same buyer's other orders, asked for when a deadline passed
CREATE INDEX ix_orders_shop_buyer ON orders (shop, buyer) WHERE buyer IS NOT NULL;

-- of several rows for one day the one recorded last holds; without a shop: for all shops that have none of their own
CREATE TABLE shop_settings (
    setting_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    shop        text COLLATE "C",
    value       text NOT NULL,
    valid_from  date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX ix_shop_settings_name_shop ON shop_settings (name, shop);

CREATE TABLE refund_requests (
    shop            text COLLATE "C" NOT NULL,
    refund_no       text COLLATE "C" NOT NULL,
    order_id        uuid NOT NULL REFERENCES orders,
    line_no         integer,
    amount          numeric(14, 2) NOT NULL,
    goods_come_back boolean NOT NULL,
    reason          text,
    requested_at    timestamptz NOT NULL,
    requested_by    text NOT NULL,
    event_id        uuid NOT NULL,
    PRIMARY KEY (shop, refund_no),
    CONSTRAINT ck_refund_requests_amount CHECK (amount > 0)
);
CREATE INDEX ix_refund_requests_order_id ON refund_requests (order_id);
CREATE INDEX ix_refund_requests_requested_at ON refund_requests (requested_at, refund_no, shop);

-- each person who was stopped, once for each refund and reason
CREATE TABLE refund_blocks (
    shop       text COLLATE "C" NOT NULL,
    refund_no  text COLLATE "C" NOT NULL,
    actor      text COLLATE "C" NOT NULL,
    reason     text NOT NULL,
    event_id   uuid NOT NULL,
    blocked_at timestamptz NOT NULL,
    PRIMARY KEY (shop, refund_no, actor, reason),
    CONSTRAINT ck_refund_blocks_reason CHECK (reason IN ('goods_not_back', 'not_the_refund_holder'))
);

CREATE TABLE returns_received (
    event_id    uuid PRIMARY KEY,
    return_no   text NOT NULL,
    shop        text COLLATE "C" NOT NULL,
    order_no    text COLLATE "C" NOT NULL,
    line_no     integer,
    sku         text COLLATE "C" NOT NULL,
    quantity    numeric(14, 3) NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX ix_returns_received_shop_order_no ON returns_received (shop, order_no);

CREATE TABLE order_chases (
    chase_id    uuid PRIMARY KEY,
    order_id    uuid NOT NULL REFERENCES orders,
    chased_at   timestamptz NOT NULL,
    chased_by   text COLLATE "C" NOT NULL,
    note        text,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    UNIQUE (order_id, chased_by, chased_at)
);

-- look_at: when the worker judges the clock next; none once it is settled and nothing new is known
CREATE TABLE order_clocks (
    order_id   uuid NOT NULL REFERENCES orders,
    clock      text NOT NULL,
    started_at timestamptz NOT NULL,
    remind_at  timestamptz,
    due_at     timestamptz NOT NULL,
    allowed    integer NOT NULL,
    state      text NOT NULL,
    look_at    timestamptz,
    PRIMARY KEY (order_id, clock),
    CONSTRAINT ck_order_clocks_clock CHECK (clock IN ('payment_chase', 'dispatch')),
    CONSTRAINT ck_order_clocks_state CHECK (state IN ('running', 'met', 'missed'))
) WITH (fillfactor = 85);
CREATE INDEX ix_order_clocks_look_at ON order_clocks (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX ix_order_clocks_due_at ON order_clocks (due_at, order_id, clock);

-- what was announced about a clock: a miss, or (revokes) that an announced miss no longer holds
CREATE TABLE clock_events (
    event_id      uuid PRIMARY KEY,
    order_id      uuid NOT NULL,
    clock         text NOT NULL,
    people        text NOT NULL,
    business_date date NOT NULL,
    revokes       uuid UNIQUE REFERENCES clock_events,
    recorded_at   timestamptz NOT NULL
);
CREATE INDEX ix_clock_events_order_id ON clock_events (order_id, clock);

-- how far the clocks have followed this service's own announcements
CREATE TABLE clock_watermark (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL
);
INSERT INTO clock_watermark (position) SELECT position FROM relay_state;

-- when something ran out, and when it was there again
CREATE TABLE stock_turns (
    warehouse text COLLATE "C" NOT NULL,
    sku       text COLLATE "C" NOT NULL,
    position  bigint NOT NULL,
    at        timestamptz NOT NULL,
    available boolean NOT NULL,
    PRIMARY KEY (sku, warehouse, position)
);

CREATE TABLE oversold_skus (
    order_id    uuid NOT NULL REFERENCES orders,
    sku         text COLLATE "C" NOT NULL,
    event_id    uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (order_id, sku)
);
"""

LEDGERS = (
    "shop_settings",
    "refund_requests",
    "refund_blocks",
    "returns_received",
    "order_chases",
    "clock_events",
    "stock_turns",
    "oversold_skus",
)


def upgrade() -> None:
    run_sql(op, TABLES)
    grant_ledger(op, *LEDGERS)
    grant_mutable(op, "order_clocks", "clock_watermark")
