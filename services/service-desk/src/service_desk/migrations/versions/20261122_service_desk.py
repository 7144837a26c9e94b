"""chats and their clocks, inquiries, reviews; what is announced of them, and what is known of orders, duties, people"""

from alembic import op

from chassis.migrations import chassis_tables, grant_ledger, grant_mutable, run_sql

revision = "20261122_service_desk"
down_revision = None
branch_labels = None
depends_on = None

# COLLATE "C": numbers and codes are compared as bytes, whatever the server's language
TABLES = """
-- head: the chat this one turned out to be a part of (a thread whose beginning came later); itself, as a rule
CREATE TABLE chats (
    chat_id  uuid PRIMARY KEY,
    shop     text COLLATE "C" NOT NULL,
    chat_no  text COLLATE "C" NOT NULL,
    threaded boolean NOT NULL,
    buyer    text,
    head     uuid NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    due_at   timestamptz,
    CONSTRAINT uq_chats_shop_chat_no UNIQUE (shop, chat_no)
) WITH (fillfactor = 85);
CREATE INDEX ix_chats_head ON chats (head);
CREATE INDEX ix_chats_due_at ON chats (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_chats_first_at ON chats (first_at, chat_id);

-- no foreign key to chats: rows are written by the statement that makes or holds the chat, and no chat is ever deleted
CREATE TABLE messages (
    chat_id     uuid NOT NULL,
    message_no  text COLLATE "C" NOT NULL,
    sent_at     timestamptz NOT NULL,
    sender      text NOT NULL,
    account     text COLLATE "C",
    employee_no text COLLATE "C",
    buyer       text,
    body        text,
    in_reply_to text COLLATE "C",
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (chat_id, message_no),
    CONSTRAINT ck_messages_sender CHECK (sender IN ('customer', 'agent', 'automatic'))
);
CREATE INDEX ix_messages_account ON messages (account, sent_at) WHERE employee_no IS NULL AND account IS NOT NULL;

CREATE TABLE thread_messages (
    shop        text COLLATE "C" NOT NULL,
    message_no  text COLLATE "C" NOT NULL,
    in_reply_to text COLLATE "C",
    chat_id     uuid NOT NULL,
    PRIMARY KEY (shop, message_no)
);
CREATE INDEX ix_thread_messages_in_reply_to ON thread_messages (shop, in_reply_to) WHERE in_reply_to IS NOT NULL;

CREATE TABLE chat_people (
    chat_id     uuid NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    PRIMARY KEY (chat_id, employee_no)
);
CREATE INDEX ix_chat_people_employee_no ON chat_people (employee_no, chat_id);

-- what the clocks showed at the last settling; settled: the wait is over (answered, or its day is closed)
CREATE TABLE chat_waits (
    chat_id        uuid NOT NULL,
    wait_no        integer NOT NULL,
    shop           text COLLATE "C" NOT NULL,
    message_no     text COLLATE "C" NOT NULL,
    greeting       boolean NOT NULL,
    employee_no    text COLLATE "C",
    account        text COLLATE "C",
    buyer          text COLLATE "C",
    started_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    business_date  date NOT NULL,
    waited_seconds integer NOT NULL,
    settled        boolean NOT NULL,
    greeting_late  boolean NOT NULL,
    overdue        boolean NOT NULL,
    PRIMARY KEY (chat_id, wait_no)
);
CREATE INDEX ix_chat_waits_employee_no ON chat_waits (employee_no, business_date);
CREATE INDEX ix_chat_waits_buyer ON chat_waits (shop, buyer) WHERE buyer IS NOT NULL;
CREATE INDEX ix_chat_waits_started_at ON chat_waits (started_at, chat_id, wait_no);

CREATE TABLE agent_days (
    employee_no     text COLLATE "C" NOT NULL,
    business_date   date NOT NULL,
    chats           integer NOT NULL DEFAULT 0,
    replies         integer NOT NULL DEFAULT 0,
    average_seconds numeric(12, 2) NOT NULL DEFAULT 0,
    closed          boolean NOT NULL DEFAULT false,
    due_at          timestamptz,
    PRIMARY KEY (employee_no, business_date)
);
CREATE INDEX ix_agent_days_due_at ON agent_days (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_agent_days_business_date ON agent_days (business_date, employee_no);

CREATE TABLE buyers_due (
    shop   text COLLATE "C" NOT NULL,
    buyer  text COLLATE "C" NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (shop, buyer)
);
CREATE INDEX ix_buyers_due_due_at ON buyers_due (due_at);

CREATE TABLE inquiries (
    counted_event_id uuid PRIMARY KEY,
    shop          text COLLATE "C" NOT NULL,
    buyer         text COLLATE "C" NOT NULL,
    employee_no   text COLLATE "C" NOT NULL,
    chat_no       text COLLATE "C" NOT NULL,
    asked_at      timestamptz NOT NULL,
    until         timestamptz NOT NULL,
    business_date date NOT NULL,
    order_no      text COLLATE "C",
    won_at        timestamptz
);
CREATE INDEX ix_inquiries_buyer ON inquiries (shop, buyer);
CREATE INDEX ix_inquiries_asked_at ON inquiries (asked_at, counted_event_id);

-- what stands announced, so that a correction finds the event it revokes
CREATE TABLE announced (
    grp           text COLLATE "C" NOT NULL,
    key           text COLLATE "C" NOT NULL,
    about         text NOT NULL,
    type          text NOT NULL,
    event_id      uuid NOT NULL,
    business_date date NOT NULL,
    content       text NOT NULL,
    PRIMARY KEY (grp, key)
);

CREATE TABLE seats (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop        text COLLATE "C" NOT NULL,
    account     text COLLATE "C" NOT NULL,
    employee_no text COLLATE "C",
    valid_from  date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX ix_seats_shop ON seats (shop, account, valid_from);

CREATE TABLE thresholds (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    shop        text COLLATE "C" NOT NULL, -- '': every shop without a value of its own
    value       text NOT NULL,
    valid_from  date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);

CREATE TABLE reviews (
    review_id   uuid PRIMARY KEY,
    shop        text COLLATE "C" NOT NULL,
    review_no   text COLLATE "C" NOT NULL,
    order_no    text COLLATE "C",
    buyer       text,
    written_at  timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT uq_reviews_shop_review_no UNIQUE (shop, review_no)
);
CREATE INDEX ix_reviews_order_no ON reviews (shop, order_no);
CREATE INDEX ix_reviews_written_at ON reviews (written_at, review_id);

-- version 1: as first reported. parties: JSON, NULL where the order says who is responsible
CREATE TABLE review_versions (
    review_id   uuid NOT NULL REFERENCES reviews,
    version     integer NOT NULL,
    score       integer NOT NULL,
    body        text,
    parties     text,
    cause       text,
    since       timestamptz NOT NULL,
    reason      text,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (review_id, version),
    CONSTRAINT ck_review_versions_score CHECK (score BETWEEN 1 AND 5)
);

CREATE TABLE review_acts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    review_id   uuid NOT NULL REFERENCES reviews,
    act         text NOT NULL,
    at          timestamptz NOT NULL,
    body        text,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT ck_review_acts_act CHECK (act IN ('answered', 'reported', 'closed'))
);
CREATE INDEX ix_review_acts_review_id ON review_acts (review_id);

-- how a review stands; the clock of its answer
CREATE TABLE review_status (
    review_id   uuid PRIMARY KEY REFERENCES reviews,
    version     integer NOT NULL,
    grade       text NOT NULL,
    answered_at timestamptz,
    answer_by   timestamptz,
    answerer    text COLLATE "C",
    overdue     boolean NOT NULL,
    due_at      timestamptz
) WITH (fillfactor = 85);
CREATE INDEX ix_review_status_due_at ON review_status (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE review_people (
    review_id   uuid NOT NULL,
    place       integer NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    weight      integer NOT NULL,
    PRIMARY KEY (review_id, place)
);
CREATE INDEX ix_review_people_employee_no ON review_people (employee_no, review_id);

CREATE TABLE employees (
    employee_no text COLLATE "C" PRIMARY KEY,
    name        text NOT NULL,
    department  text NOT NULL,
    post        text NOT NULL,
    manager_no  text COLLATE "C",
    hire_date   date NOT NULL,
    leave_date  date
);

CREATE TABLE duties (
    duty_id       uuid PRIMARY KEY,
    employee_no   text COLLATE "C" NOT NULL,
    business_date date NOT NULL,
    starts        timestamptz[] NOT NULL,
    ends          timestamptz[] NOT NULL,
    seat_shops    text[] NOT NULL,
    seat_accounts text[] NOT NULL
);
CREATE INDEX ix_duties_business_date ON duties (business_date, employee_no);

CREATE TABLE orders (
    shop      text COLLATE "C" NOT NULL,
    order_no  text COLLATE "C" NOT NULL,
    buyer     text COLLATE "C",
    parties   text NOT NULL,
    placed_at timestamptz,
    paid_at   timestamptz,
    PRIMARY KEY (shop, order_no)
) WITH (fillfactor = 85);
CREATE INDEX ix_orders_buyer ON orders (shop, buyer) WHERE paid_at IS NOT NULL;
"""

LEDGERS = ("messages", "thread_messages", "seats", "thresholds", "reviews", "review_versions", "review_acts")
STANDING = (
    "chats",
    "chat_people",
    "chat_waits",
    "agent_days",
    "buyers_due",
    "inquiries",
    "announced",
    "review_status",
    "review_people",
    "employees",
    "duties",
    "orders",
)


def upgrade() -> None:
    chassis_tables(op)
    run_sql(op, TABLES)
    grant_ledger(op, *LEDGERS)
    grant_mutable(op, *STANDING)
