-- Arrivals: what devices sent that could not enter the log as it came, and edits that met another's.
-- The record as it was sent, the reasons and the notice are sealed where there are keys.
CREATE TABLE arrival (
    county       integer NOT NULL REFERENCES log,
    id           uuid NOT NULL,      -- made of the content: the same twice is one arrival
    record       uuid NOT NULL,
    area         bigint NOT NULL,    -- where it is shown
    resident     uuid,
    worker       text,
    device       text,
    arrived_at   bigint NOT NULL,    -- UTC, milliseconds since 1970
    state        bigint NOT NULL,    -- 0 open, 1 merged, 2 released, 3 dismissed
    waits_for    uuid,               -- the record that must come first
    other_worker text,               -- whose edit this one met
    change       bigint NOT NULL,    -- number of its last change
    sent         text NOT NULL,
    detail       text NOT NULL,
    decided_by   text,
    decided_at   bigint,
    note         text,
    PRIMARY KEY (county, id)
);

CREATE UNIQUE INDEX arrival_change ON arrival (county, change);
CREATE INDEX arrival_area ON arrival (county, area, change);
CREATE INDEX arrival_worker ON arrival (county, worker, change);
CREATE INDEX arrival_other ON arrival (county, other_worker, change) WHERE other_worker IS NOT NULL;
CREATE INDEX arrival_waits ON arrival (county, waits_for) WHERE waits_for IS NOT NULL AND state = 0;
CREATE INDEX arrival_record ON arrival (county, record);
