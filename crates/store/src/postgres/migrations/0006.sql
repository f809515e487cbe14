-- Accounts: second factor, assigned residents; filings of returns.

-- To which residents a grant is limited: their ids, 16 bytes each; all when null.
ALTER TABLE worker_grant ADD COLUMN residents bytea;

-- A time-based second factor (RFC 6238).
CREATE TABLE second_factor (
    county       integer NOT NULL REFERENCES log,
    worker       text NOT NULL,
    secret       text NOT NULL,    -- base32, sealed when there are keys
    begun_at     bigint NOT NULL,
    confirmed_at bigint,    -- asked for since; null: not yet
    last_step    bigint NOT NULL,    -- of the last code used: no code is good twice
    PRIMARY KEY (county, worker),
    FOREIGN KEY (county, worker) REFERENCES worker
);

CREATE TABLE recovery_code (
    county integer NOT NULL REFERENCES log,
    worker text NOT NULL,
    code   bytea NOT NULL,    -- SHA-256
    PRIMARY KEY (county, worker, code),
    FOREIGN KEY (county, worker) REFERENCES worker
);

-- Who at an identity provider is which worker here.
CREATE TABLE external_identity (
    county    integer NOT NULL REFERENCES log,
    issuer    text NOT NULL,
    subject   text NOT NULL,
    worker    text NOT NULL,
    linked_at bigint NOT NULL,
    PRIMARY KEY (county, issuer, subject),
    FOREIGN KEY (county, worker) REFERENCES worker
);

CREATE INDEX external_identity_worker ON external_identity (county, worker);

-- Returns handed in. What was handed in never changes; only the state does, and each step stands in filing_step.
CREATE TABLE filing (
    county     integer NOT NULL REFERENCES log,
    id         uuid NOT NULL,
    form       text NOT NULL,
    area       bigint NOT NULL,
    period     text NOT NULL,
    first_day  bigint NOT NULL,    -- days since 1970-01-01
    last_day   bigint NOT NULL,
    cut        bigint NOT NULL,
    cells      text NOT NULL,    -- opaque, sealed when there are keys
    filed_at   bigint NOT NULL,
    filed_by   text,
    state      text NOT NULL,
    PRIMARY KEY (county, id)
);

CREATE UNIQUE INDEX filing_live ON filing (county, form, area, period) WHERE state IN ('submitted', 'approved');
CREATE INDEX filing_filed_at ON filing (county, filed_at, id);

CREATE TABLE filing_step (
    county  integer NOT NULL REFERENCES log,
    filing  uuid NOT NULL,
    step    bigint NOT NULL,    -- from 1
    state   text NOT NULL,
    at      bigint NOT NULL,    -- UTC, milliseconds since 1970
    worker  text,
    device  text,
    comment text,    -- sealed when there are keys
    PRIMARY KEY (county, filing, step),
    FOREIGN KEY (county, filing) REFERENCES filing
);
