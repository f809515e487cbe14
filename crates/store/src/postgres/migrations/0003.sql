-- The hash of each row as it is stored, and the chain that binds the hashes (docs/decisions/0007).
ALTER TABLE record ADD COLUMN digest bytea;

CREATE TABLE audit (
    county    integer NOT NULL REFERENCES log,
    seq       bigint NOT NULL,
    at        bigint NOT NULL,    -- UTC, milliseconds since 1970
    worker    text,
    device    text,
    deed      text NOT NULL,
    area      bigint,
    resident  uuid,
    record    uuid,
    from_seq  bigint,             -- the records that this entry binds
    to_seq    bigint,
    digest    bytea,
    detail    text,
    algorithm bigint NOT NULL,    -- 1 SHA-256, 2 SM3
    hash      bytea NOT NULL,
    PRIMARY KEY (county, seq)
);

CREATE INDEX audit_resident ON audit (county, resident, seq) WHERE resident IS NOT NULL;

CREATE TABLE anchor (
    county integer NOT NULL REFERENCES log,
    day    bigint NOT NULL,
    seq    bigint NOT NULL,
    hash   bytea NOT NULL,
    PRIMARY KEY (county, day)
);
