-- Accounts. Of passwords, tokens and codes only hashes are kept.
CREATE TABLE worker (
    county       INTEGER NOT NULL DEFAULT 0,
    name         TEXT NOT NULL,
    shown        TEXT NOT NULL,
    organisation BLOB,
    area         INTEGER NOT NULL,
    password     TEXT NOT NULL,     -- Argon2id, PHC text
    must_change  INTEGER NOT NULL,
    enabled      INTEGER NOT NULL,
    failures     INTEGER NOT NULL,  -- wrong passwords in a row
    locked_until INTEGER,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (county, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    county   INTEGER NOT NULL DEFAULT 0,
    token    BLOB NOT NULL,         -- SHA-256
    worker   TEXT NOT NULL,
    device   TEXT,
    began_at INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (county, token),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;

CREATE INDEX session_worker ON session (county, worker) WHERE ended_at IS NULL;

CREATE TABLE worker_grant (
    county      INTEGER NOT NULL DEFAULT 0,
    id          BLOB NOT NULL,
    worker      TEXT NOT NULL,
    role        TEXT NOT NULL,
    area        INTEGER NOT NULL,
    programmes  TEXT NOT NULL,      -- '*' or names of packs
    sensitivity INTEGER NOT NULL,   -- 0 routine, 1 sensitive, 2 restricted
    valid_from  INTEGER NOT NULL,
    valid_to    INTEGER,
    given_at    INTEGER NOT NULL,
    taken_at    INTEGER,
    PRIMARY KEY (county, id),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;

CREATE INDEX grant_worker ON worker_grant (county, worker) WHERE taken_at IS NULL;

CREATE TABLE device (
    county      INTEGER NOT NULL DEFAULT 0,
    id          BLOB NOT NULL,
    worker      TEXT NOT NULL,
    shown       TEXT NOT NULL,
    public_key  BLOB NOT NULL,
    enrolled_at INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    revoked_at  INTEGER,
    wipe        INTEGER NOT NULL,
    PRIMARY KEY (county, id),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;

CREATE INDEX device_worker ON device (county, worker);

CREATE TABLE enrolment (
    county INTEGER NOT NULL DEFAULT 0,
    code   BLOB NOT NULL,           -- SHA-256
    worker TEXT NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (county, code),
    FOREIGN KEY (county, worker) REFERENCES worker
) STRICT, WITHOUT ROWID;
