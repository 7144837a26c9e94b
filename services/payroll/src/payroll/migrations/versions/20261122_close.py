"""what producers sealed, certificates of closed periods, and a closed period refused by the database itself"""

from alembic import op

from chassis.migrations import grant_ledger, run_sql

revision = "20261122_close"
down_revision = "20261121_payroll"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE producer_seals (
    producer        text        NOT NULL,
    period          date        NOT NULL CHECK (extract(day FROM period) = 1),
    event_id        uuid        NOT NULL,
    position        bigint      NOT NULL,
    chain           text        NOT NULL,
    totals          jsonb       NOT NULL,
    counted         jsonb       NOT NULL,
    announced_at    bigint      NOT NULL,
    own_chain       text        NOT NULL,
    announced_chain text        NOT NULL,
    sealed_at       timestamptz NOT NULL,
    sealed_by       text        NOT NULL,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (producer, period)
);
CREATE TABLE close_certificates (
    period      date PRIMARY KEY CHECK (extract(day FROM period) = 1),
    content     text        NOT NULL,
    fingerprint text        NOT NULL CHECK (fingerprint = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
    closed_by   text        NOT NULL,
    closed_at   timestamptz NOT NULL
);
CREATE TABLE late_facts (
    period      date        NOT NULL REFERENCES close_certificates,
    event_id    uuid        NOT NULL,
    employee_no text COLLATE "C" NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (period, employee_no, event_id)
);
"""

# Who writes what bears on a period holds this lock shared until the end of the transaction, who closes one holds it
# alone. A transaction that looks at an older snapshot could not see the certificate, so it may not write here.
TRIGGERS = """
CREATE FUNCTION wait_for_close() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'what bears on a period is written in READ COMMITTED only' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('payroll.close', 0));
END $$;

CREATE FUNCTION refuse_closed(month date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF month IS NOT NULL THEN
        RAISE EXCEPTION '% is closed', to_char(month, 'YYYY-MM') USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION refuse_in_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM wait_for_close();
    PERFORM refuse_closed((SELECT min(c.period) FROM added a JOIN close_certificates c USING (period)));
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_in_closed_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM wait_for_close();
    PERFORM refuse_closed((SELECT min(c.period) FROM (SELECT DISTINCT run_id FROM added) a
                           JOIN runs r ON r.id = a.run_id JOIN close_certificates c USING (period)));
    RETURN NULL;
END $$;

CREATE FUNCTION note_late_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM wait_for_close();
    INSERT INTO late_facts (period, event_id, employee_no, recorded_at)
    SELECT c.period, a.event_id, a.employee_no, a.recorded_at
    FROM added a JOIN close_certificates c ON c.period = a.period WHERE a.employee_no <> ''
    UNION
    SELECT c.period, a.event_id, a.employee_no, a.recorded_at
    FROM added a JOIN close_certificates c ON c.period = a.revokes_period WHERE a.employee_no <> '';
    RETURN NULL;
END $$;

CREATE TRIGGER late AFTER INSERT ON facts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_late_facts();
"""
TRIGGER = """
CREATE TRIGGER closed AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {function}()
"""
OF_PERIOD = ("runs", "run_issues", "balances", "figures", "loss_cases")
OF_RUN = ("run_payslips", "run_deductions", "run_standings", "run_approvals")


def upgrade() -> None:
    run_sql(op, TABLES)
    run_sql(op, TRIGGERS)
    for table in OF_PERIOD:
        op.execute(TRIGGER.format(table=table, function="refuse_in_closed_period"))
    for table in OF_RUN:
        op.execute(TRIGGER.format(table=table, function="refuse_in_closed_run"))
    grant_ledger(op, "producer_seals", "close_certificates", "late_facts")
