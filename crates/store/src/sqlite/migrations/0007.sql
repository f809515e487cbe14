-- Accounts: second factor, assigned residents; filings of returns.

-- To which residents a grant is limited: their ids, 16 bytes each; all when null.
ALTER TABLE worker_grant ADD COLUMN residents BLOB;

-- A time-based second factor (RFC 6238).
CREATE TABLE second_factor (
    county       INTEGER NOT NULL DEFAULT 0,
    worker       TEXT NOT NULL,
    secret       TEXT NOT NULL,    -- base32, sealed when there are keys
    begun_at     INTEGER NOT NULL,
    confirmed_at INTEGER,    -- asked for since; null: not yet
    last_step    INTEGER NOT NULL,    -- of the last code used: no code is good twice
    PRIMARY KEY (county, worker),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
    county INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL,
    code   BLOB NOT NULL,    -- SHA-256
    PRIMARY KEY (county, worker, code),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;

-- Who at an identity provider is which worker here.
CREATE TABLE external_identity (
    county    INTEGER NOT NULL DEFAULT 0,
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    worker    TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (county, issuer, subject),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;

CREATE INDEX external_identity_worker ON external_identity (county, worker);

-- Returns handed in. What was handed in never changes; only the state does, and each step stands in filing_step.
CREATE TABLE filing (
    county     INTEGER NOT NULL DEFAULT 0,
    id         BLOB NOT NULL,
    form       TEXT NOT NULL,
    area       INTEGER NOT NULL,
    period     TEXT NOT NULL,
    first_day  INTEGER NOT NULL,    -- days since 1970-01-01
    last_day   INTEGER NOT NULL,
    cut        INTEGER NOT NULL,
    cells      TEXT NOT NULL,    -- opaque, sealed when there are keys
    filed_at   INTEGER NOT NULL,
    filed_by   TEXT,
    state      TEXT NOT NULL,
    PRIMARY KEY (county, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX filing_live ON filing (county, form, area, period) WHERE state IN ('submitted', 'approved');
CREATE INDEX filing_filed_at ON filing (county, filed_at, id);

CREATE TABLE filing_step (
    county  INTEGER NOT NULL DEFAULT 0,
    filing  BLOB NOT NULL,
    step    INTEGER NOT NULL,    -- from 1
    state   TEXT NOT NULL,
    at      INTEGER NOT NULL,    -- UTC, milliseconds since 1970
    worker  TEXT,
    device  TEXT,
    comment TEXT,    -- sealed when there are keys
    PRIMARY KEY (county, filing, step),
    FOREIGN KEY (county, filing) REFERENCES filing
) STRICT, WITHOUT ROWID;
