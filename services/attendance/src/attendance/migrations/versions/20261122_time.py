"""shifts, rosters, punches, corrections, leave, and the days that follow from them"""

from alembic import op

from chassis.migrations import grant_ledger, grant_mutable, run_sql

revision = "20261122_time"
down_revision = "20261121_directory"
branch_labels = None
depends_on = None

# COLLATE "C": numbers and codes are compared as bytes, whatever the server's language
TABLES = """
-- minutes after the midnight that begins the business date; the newest version of a code is what rosters take
CREATE TABLE shift_templates (
    code          text COLLATE "C" NOT NULL,
    version       integer NOT NULL,
    name          text NOT NULL,
    starts        integer[] NOT NULL,
    ends          integer[] NOT NULL,
    punches       text NOT NULL CHECK (punches IN ('shift', 'segment')),
    grace_minutes integer NOT NULL CHECK (grace_minutes >= 0),
    meal_minutes  integer CHECK (meal_minutes >= 0),
    recorded_at   timestamptz NOT NULL,
    recorded_by   text NOT NULL,
    PRIMARY KEY (code, version),
    CONSTRAINT ck_shift_templates_segments CHECK (cardinality(starts) = cardinality(ends) AND cardinality(starts) > 0)
);

-- what a roster entry says never changes; another one takes its place
CREATE TABLE duties (
    duty_id       uuid PRIMARY KEY,
    employee_no   text COLLATE "C" NOT NULL,
    business_date date NOT NULL,
    shift         text COLLATE "C" NOT NULL,
    version       integer NOT NULL,
    starts        timestamptz[] NOT NULL,
    ends          timestamptz[] NOT NULL,
    shops         text[] NOT NULL,
    accounts      text[] NOT NULL,
    recorded_at   timestamptz NOT NULL,
    recorded_by   text NOT NULL,
    FOREIGN KEY (shift, version) REFERENCES shift_templates,
    CONSTRAINT ck_duties_seats CHECK (cardinality(shops) = cardinality(accounts))
);
CREATE INDEX ix_duties_employee_no ON duties (employee_no, business_date);
CREATE INDEX ix_duties_business_date ON duties (business_date, employee_no, duty_id);

CREATE TABLE duty_states (
    duty_id      uuid PRIMARY KEY REFERENCES duties,
    state        text NOT NULL CHECK (state IN ('draft', 'published', 'revoked')),
    event_id     uuid,
    due_at       timestamptz NOT NULL,
    looked_at    boolean NOT NULL DEFAULT false,
    changed_at   timestamptz NOT NULL,
    changed_by   text NOT NULL,
    CONSTRAINT ck_duty_states_event CHECK (state <> 'published' OR event_id IS NOT NULL)
) WITH (fillfactor = 85);
-- what the worker looks for: published shifts that are over and were not looked at yet
CREATE INDEX ix_duty_states_due ON duty_states (due_at) WHERE state = 'published' AND NOT looked_at;

-- person and instant identify a punch: the same one reported twice is one
CREATE TABLE punches (
    employee_no text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    zone        text NOT NULL,
    wall_time   timestamp NOT NULL,
    device      text,
    source      text NOT NULL CHECK (source IN ('api', 'import', 'correction')),
    received_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (employee_no, at)
);

CREATE TABLE corrections (
    correction_id uuid PRIMARY KEY,
    employee_no   text COLLATE "C" NOT NULL,
    what          text NOT NULL CHECK (what IN ('add', 'invalidate')),
    at            timestamptz NOT NULL,
    zone          text NOT NULL,
    reason        text NOT NULL,
    asked_at      timestamptz NOT NULL,
    asked_by      text NOT NULL
);
CREATE INDEX ix_corrections_employee_no ON corrections (employee_no, correction_id);
CREATE TABLE correction_decisions (
    correction_id uuid PRIMARY KEY REFERENCES corrections,
    decision      text NOT NULL CHECK (decision IN ('approved', 'refused')),
    note          text,
    decided_at    timestamptz NOT NULL,
    decided_by    text NOT NULL
);
CREATE TABLE punch_voids (
    employee_no   text COLLATE "C" NOT NULL,
    at            timestamptz NOT NULL,
    correction_id uuid NOT NULL REFERENCES corrections,
    PRIMARY KEY (employee_no, at),
    FOREIGN KEY (employee_no, at) REFERENCES punches
);

CREATE TABLE leaves (
    leave_id     uuid PRIMARY KEY,
    employee_no  text COLLATE "C" NOT NULL,
    leave_type   text NOT NULL CHECK (leave_type IN ('personal', 'sick')),
    first_day    date NOT NULL,
    last_day     date NOT NULL,
    starts_at    timestamptz,
    ends_at      timestamptz,
    emergency    boolean NOT NULL,
    short_notice boolean NOT NULL,
    reason       text NOT NULL,
    asked_at     timestamptz NOT NULL,
    asked_by     text NOT NULL,
    CONSTRAINT ck_leaves_days CHECK (last_day >= first_day),
    CONSTRAINT ck_leaves_hours CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND ends_at > starts_at)
);
CREATE INDEX ix_leaves_employee_no ON leaves (employee_no, first_day);
-- what became of a leave, in order: a certificate recorded, approved, refused, withdrawn
CREATE TABLE leave_steps (
    leave_id    uuid NOT NULL REFERENCES leaves,
    step_no     integer NOT NULL,
    what        text NOT NULL CHECK (what IN ('certified', 'approved', 'refused', 'withdrawn')),
    note        text,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (leave_id, step_no)
);
CREATE TABLE leave_states (
    leave_id uuid PRIMARY KEY REFERENCES leaves,
    state    text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn'))
) WITH (fillfactor = 85);

CREATE TABLE settings (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL,
    value       integer NOT NULL,
    valid_from  date NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);

-- person-days to be evaluated anew; a queue without a unique key, so that writers never wait for the one who reads it
CREATE TABLE dirty_days (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    employee_no   text COLLATE "C" NOT NULL,
    business_date date NOT NULL
);

-- days as evaluated last
CREATE TABLE days (
    employee_no        text COLLATE "C" NOT NULL,
    business_date      date NOT NULL,
    shift              text NOT NULL,
    kind_of_day        text NOT NULL,
    status             text NOT NULL,
    scheduled_minutes  integer NOT NULL,
    worked_minutes     integer NOT NULL,
    leave_minutes      integer NOT NULL,
    absent_minutes     integer NOT NULL,
    late_minutes       integer NOT NULL,
    left_early_minutes integer NOT NULL,
    meal_eligible      boolean NOT NULL,
    absent_in_a_row    integer NOT NULL,
    came_at            timestamptz,
    left_at            timestamptz,
    evaluated_at       timestamptz NOT NULL,
    PRIMARY KEY (employee_no, business_date)
) WITH (fillfactor = 70);
CREATE INDEX ix_days_business_date ON days (business_date, employee_no);

-- what holds of what was announced about a day; the outbox keeps what was ever said
CREATE TABLE announced (
    employee_no   text COLLATE "C" NOT NULL,
    business_date date NOT NULL,
    type          text NOT NULL,
    about         text NOT NULL,
    event_id      uuid NOT NULL,
    said          text NOT NULL,
    PRIMARY KEY (employee_no, business_date, type, about)
);
"""

LEDGERS = (
    "shift_templates",
    "duties",
    "punches",
    "corrections",
    "correction_decisions",
    "punch_voids",
    "leaves",
    "leave_steps",
    "settings",
)


def upgrade() -> None:
    run_sql(op, TABLES)
    grant_ledger(op, *LEDGERS)
    grant_mutable(op, "duty_states", "leave_states", "dirty_days", "days", "announced")
