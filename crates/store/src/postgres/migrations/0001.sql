-- Every key begins with the county (six digits), so that the tables can be spread over machines by it.

-- One log a county: its last position. Whoever writes holds this row, so positions follow the order of commits.
CREATE TABLE log (
    county  integer PRIMARY KEY,
    end_seq bigint NOT NULL
);

-- Names that repeat in every record: forms, kinds of subject, workers, devices.
CREATE TABLE word (
    county integer NOT NULL REFERENCES log,
    id     bigint NOT NULL,
    text   text COLLATE "C" NOT NULL,
    PRIMARY KEY (county, id),
    UNIQUE (county, text)
);

-- The record log. Never updated, never deleted from.
CREATE TABLE record (
    county       integer NOT NULL REFERENCES log,
    seq          bigint NOT NULL,
    id           uuid NOT NULL,
    form         bigint NOT NULL,
    form_version bigint NOT NULL,
    kind         bigint NOT NULL,
    subject      uuid NOT NULL,
    resident     uuid,
    area         bigint NOT NULL,   -- 12-digit code
    organisation uuid,
    worker       bigint,
    device       bigint,
    at           integer NOT NULL,  -- days since 1970-01-01
    recorded_at  bigint NOT NULL,   -- UTC, milliseconds since 1970
    action       smallint NOT NULL, -- 0 state, 1 supersede, 2 void
    target       bigint,
    reason       text,
    fields       text NOT NULL,     -- JSON object
    PRIMARY KEY (county, seq),
    FOREIGN KEY (county, form) REFERENCES word,
    FOREIGN KEY (county, kind) REFERENCES word,
    FOREIGN KEY (county, worker) REFERENCES word,
    FOREIGN KEY (county, device) REFERENCES word,
    FOREIGN KEY (county, target) REFERENCES record
);

CREATE UNIQUE INDEX record_id ON record (county, id);
CREATE INDEX record_subject ON record (county, subject);
CREATE INDEX record_area ON record (county, area, seq);
-- A record is corrected or withdrawn at most once: a further correction names the last one.
CREATE UNIQUE INDEX record_target ON record (county, target) WHERE target IS NOT NULL;

CREATE TABLE area (
    county     integer NOT NULL REFERENCES log,
    code       bigint NOT NULL,
    name       text NOT NULL,
    kind       text NOT NULL,
    parent     bigint,
    valid_from bigint NOT NULL,
    valid_to   bigint,
    PRIMARY KEY (county, code)
);

CREATE TABLE setting (
    county integer NOT NULL REFERENCES log,
    key    text NOT NULL,
    value  text NOT NULL,
    PRIMARY KEY (county, key)
);
