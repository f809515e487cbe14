-- Drafts: what an account has begun and not finished, for itself alone. Title and body are sealed where there are keys.
CREATE TABLE draft (
    county   integer NOT NULL,
    worker   text NOT NULL,
    kind     text NOT NULL,
    name     text NOT NULL,
    title    text NOT NULL,
    body     text NOT NULL,
    saved_at bigint NOT NULL,    -- UTC, milliseconds since 1970
    mark     bigint NOT NULL,    -- another at each saving
    PRIMARY KEY (county, worker, kind, name),
    FOREIGN KEY (county, worker) REFERENCES worker
);
