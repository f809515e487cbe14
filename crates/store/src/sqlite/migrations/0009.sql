-- Drafts: what an account has begun and not finished, for itself alone. Title and body are sealed where there are keys.
CREATE TABLE draft (
    county   INTEGER NOT NULL DEFAULT 0,
    worker   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    title    TEXT NOT NULL,
    body     TEXT NOT NULL,
    saved_at INTEGER NOT NULL,    -- UTC, milliseconds since 1970
    mark     INTEGER NOT NULL,    -- another at each saving
    PRIMARY KEY (county, worker, kind, name),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT;
