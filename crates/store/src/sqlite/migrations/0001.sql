-- Names that repeat in every record: forms, kinds of subject, workers, devices.
CREATE TABLE word (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- The record log. Never updated, never deleted from.
CREATE TABLE record (
    seq          INTEGER PRIMARY KEY,
    id           BLOB NOT NULL,      -- 16 bytes
    form         INTEGER NOT NULL REFERENCES word,
    form_version INTEGER NOT NULL,
    kind         INTEGER NOT NULL REFERENCES word,
    subject      BLOB NOT NULL,
    resident     BLOB,
    area         INTEGER NOT NULL,   -- 12-digit code
    organisation BLOB,
    worker       INTEGER REFERENCES word,
    device       INTEGER REFERENCES word,
    at           INTEGER NOT NULL,   -- days since 1970-01-01
    recorded_at  INTEGER NOT NULL,   -- UTC, milliseconds since 1970
    action       INTEGER NOT NULL,   -- 0 state, 1 supersede, 2 void
    target       INTEGER REFERENCES record,
    reason       TEXT,
    fields       TEXT NOT NULL       -- JSON object
) STRICT;

CREATE UNIQUE INDEX record_id ON record (id);
CREATE INDEX record_subject ON record (subject);
CREATE INDEX record_area ON record (area);
-- A record is corrected or withdrawn at most once: a further correction names the last one.
CREATE UNIQUE INDEX record_target ON record (target) WHERE target IS NOT NULL;

CREATE TABLE area (
    code       INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    parent     INTEGER,
    valid_from INTEGER NOT NULL,
    valid_to   INTEGER
) STRICT;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
