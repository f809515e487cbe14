-- Accounts. Of passwords, tokens and codes only hashes are kept.
CREATE TABLE worker (
    county       integer NOT NULL REFERENCES log,
    name         text COLLATE "C" NOT NULL,
    shown        text NOT NULL,
    organisation uuid,
    area         bigint NOT NULL,
    password     text NOT NULL,     -- Argon2id, PHC text
    must_change  bigint NOT NULL,
    enabled      bigint NOT NULL,
    failures     bigint NOT NULL,  -- wrong passwords in a row
    locked_until bigint,
    created_at   bigint NOT NULL,
    PRIMARY KEY (county, name)
);

CREATE TABLE session (
    county   integer NOT NULL REFERENCES log,
    token    bytea NOT NULL,         -- SHA-256
    worker   text NOT NULL,
    device   text,
    began_at bigint NOT NULL,
    seen_at  bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (county, token),
    FOREIGN KEY (county, worker) REFERENCES worker
);

CREATE INDEX session_worker ON session (county, worker) WHERE ended_at IS NULL;

CREATE TABLE worker_grant (
    county      integer NOT NULL REFERENCES log,
    id          uuid NOT NULL,
    worker      text NOT NULL,
    role        text NOT NULL,
    area        bigint NOT NULL,
    programmes  text NOT NULL,      -- '*' or names of packs
    sensitivity bigint NOT NULL,   -- 0 routine, 1 sensitive, 2 restricted
    valid_from  bigint NOT NULL,
    valid_to    bigint,
    given_at    bigint NOT NULL,
    taken_at    bigint,
    PRIMARY KEY (county, id),
    FOREIGN KEY (county, worker) REFERENCES worker
);

CREATE INDEX grant_worker ON worker_grant (county, worker) WHERE taken_at IS NULL;

CREATE TABLE device (
    county      integer NOT NULL REFERENCES log,
    id          uuid NOT NULL,
    worker      text NOT NULL,
    shown       text NOT NULL,
    public_key  bytea NOT NULL,
    enrolled_at bigint NOT NULL,
    seen_at     bigint NOT NULL,
    revoked_at  bigint,
    wipe        bigint NOT NULL,
    PRIMARY KEY (county, id),
    FOREIGN KEY (county, worker) REFERENCES worker
);

CREATE INDEX device_worker ON device (county, worker);

CREATE TABLE enrolment (
    county integer NOT NULL REFERENCES log,
    code   bytea NOT NULL,           -- SHA-256
    worker text NOT NULL,
    until  bigint NOT NULL,
    PRIMARY KEY (county, code),
    FOREIGN KEY (county, worker) REFERENCES worker
);
