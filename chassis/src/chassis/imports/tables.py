"""The tables of the import machine, made once in each service's database."""

IMPORT_TABLES = """
CREATE TABLE imports (
    id             uuid PRIMARY KEY,
    profile_name   text        NOT NULL,
    profile        text        NOT NULL,
    kind           text        NOT NULL, -- only records of this kind; all where it is empty
    parameters     text        NOT NULL,
    timezone       text        NOT NULL,
    state          text        NOT NULL
        CHECK (state IN ('received', 'validating', 'validated', 'committing', 'committed', 'failed')),
    commit_asked   boolean     NOT NULL,
    -- raised each time validation starts over; rows of an earlier attempt no longer count
    attempt        integer     NOT NULL DEFAULT 0,
    counts         text        NOT NULL DEFAULT '{}', -- JSON, like preview, parameters and problem
    preview        text        NOT NULL DEFAULT '[]',
    problem        text,
    -- how far the commit came: every record up to this one is done, in the same transaction
    watermark_record integer     NOT NULL DEFAULT 0,
    watermark_key  text        COLLATE "C" NOT NULL DEFAULT '',
    created_by     text        NOT NULL,
    correlation_id text        NOT NULL,
    created_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL
);
CREATE INDEX ix_imports_waiting ON imports (id) WHERE state IN ('received', 'validating', 'committing');

CREATE TABLE import_files (
    import_id uuid    NOT NULL REFERENCES imports ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    file_no   integer NOT NULL,
    name      text    NOT NULL,
    size      bigint  NOT NULL,
    sha256    bytea   NOT NULL,
    PRIMARY KEY (import_id, file_no)
);
CREATE TABLE import_chunks (
    import_id uuid    NOT NULL REFERENCES imports ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    file_no   integer NOT NULL,
    chunk_no  integer NOT NULL,
    body      bytea   NOT NULL,
    PRIMARY KEY (import_id, file_no, chunk_no)
);
ALTER TABLE import_chunks ALTER COLUMN body SET STORAGE EXTERNAL;

-- rows of a second file, waiting for the rows of the first that name them
CREATE TABLE import_joined (
    import_id uuid    NOT NULL REFERENCES imports ON DELETE CASCADE,
    join_no   integer NOT NULL,
    key       text    COLLATE "C" NOT NULL,
    row_no    integer NOT NULL,
    cells     text    NOT NULL,
    met       boolean NOT NULL DEFAULT false
);
CREATE INDEX ix_import_joined ON import_joined (import_id, join_no, key);

-- a part: neighbouring rows of one record, mapped; the parts of a record may lie anywhere in the file
CREATE TABLE import_parts (
    import_id uuid    NOT NULL REFERENCES imports ON DELETE CASCADE,
    record_no   integer NOT NULL,
    key       text    COLLATE "C" NOT NULL,
    row_no    integer NOT NULL,
    rows      integer NOT NULL,
    body      text    NOT NULL
);
CREATE INDEX ix_import_parts ON import_parts (import_id, record_no, key, row_no);

CREATE TABLE import_refusals (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    import_id uuid    NOT NULL REFERENCES imports ON DELETE CASCADE,
    attempt   integer NOT NULL,
    stage     text    NOT NULL CHECK (stage IN ('read', 'compare', 'commit')),
    file      text    NOT NULL,
    row_no    integer NOT NULL,
    kind      text    NOT NULL,
    key       text    NOT NULL,
    column_name text  NOT NULL,
    value     text    NOT NULL,
    reason_zh text    NOT NULL,
    reason_en text    NOT NULL
);
CREATE INDEX ix_import_refusals ON import_refusals (import_id, attempt, id);
-- what was refused stays written: the runtime role may append only
DO $$
DECLARE runtime text := regexp_replace(current_user, '_owner$', '_app');
BEGIN
    EXECUTE format('GRANT SELECT, INSERT ON import_refusals TO %I', runtime);
END $$;
"""

# what came to the tables later; a database made before gets it as an upgrade of the chassis
IMPORTER = """
ALTER TABLE imports
    -- who handed it in, with roles, departments and shops as they were then (JSON)
    ADD COLUMN importer text NOT NULL DEFAULT '{}',
    -- the columns of its files as they are written there (JSON)
    ADD COLUMN columns text NOT NULL DEFAULT '[]',
    DROP CONSTRAINT imports_state_check,
    ADD CONSTRAINT imports_state_check
        CHECK (state IN ('received', 'validating', 'validated', 'committing', 'committed', 'failed', 'expired'));
UPDATE imports SET importer = json_build_object('sub', created_by)::text;
ALTER TABLE imports ALTER COLUMN importer DROP DEFAULT;
CREATE INDEX ix_imports_uncommitted ON imports (changed_at) WHERE state = 'validated';
DELETE FROM import_chunks c USING imports i WHERE i.id = c.import_id AND i.state IN ('committed', 'failed');
DELETE FROM import_parts p USING imports i WHERE i.id = p.import_id AND i.state = 'failed';
DELETE FROM import_joined j USING imports i WHERE i.id = j.import_id AND i.state = 'failed';
"""

WORKING_TABLES = ("imports", "import_files", "import_chunks", "import_joined", "import_parts")
