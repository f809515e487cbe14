-- Arrivals: what devices sent that could not enter the log as it came, and edits that met another's.
-- The record as it was sent, the reasons and the notice are sealed where there are keys.
CREATE TABLE arrival (
    county       INTEGER NOT NULL DEFAULT 0,
    id           BLOB NOT NULL,      -- made of the content: the same twice is one arrival
    record       BLOB NOT NULL,
    area         INTEGER NOT NULL,   -- where it is shown
    resident     BLOB,
    worker       TEXT,
    device       TEXT,
    arrived_at   INTEGER NOT NULL,   -- UTC, milliseconds since 1970
    state        INTEGER NOT NULL,   -- 0 open, 1 merged, 2 released, 3 dismissed
    waits_for    BLOB,               -- the record that must come first
    other_worker TEXT,               -- whose edit this one met
    change       INTEGER NOT NULL,   -- number of its last change
    sent         TEXT NOT NULL,
    detail       TEXT NOT NULL,
    decided_by   TEXT,
    decided_at   INTEGER,
    note         TEXT,
    PRIMARY KEY (county, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX arrival_change ON arrival (county, change);
CREATE INDEX arrival_area ON arrival (county, area, change);
CREATE INDEX arrival_worker ON arrival (county, worker, change);
CREATE INDEX arrival_other ON arrival (county, other_worker, change) WHERE other_worker IS NOT NULL;
CREATE INDEX arrival_waits ON arrival (county, waits_for) WHERE waits_for IS NOT NULL AND state = 0;
CREATE INDEX arrival_record ON arrival (county, record);
