-- The hash of each row as it is stored, and the chain that binds the hashes (docs/decisions/0007).
ALTER TABLE record ADD COLUMN digest BLOB;

CREATE TABLE audit (
    county    INTEGER NOT NULL DEFAULT 0,
    seq       INTEGER NOT NULL,
    at        INTEGER NOT NULL,   -- UTC, milliseconds since 1970
    worker    TEXT,
    device    TEXT,
    deed      TEXT NOT NULL,
    area      INTEGER,
    resident  BLOB,
    record    BLOB,
    from_seq  INTEGER,            -- the records that this entry binds
    to_seq    INTEGER,
    digest    BLOB,
    detail    TEXT,
    algorithm INTEGER NOT NULL,   -- 1 SHA-256, 2 SM3
    hash      BLOB NOT NULL,
    PRIMARY KEY (county, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_resident ON audit (county, resident, seq) WHERE resident IS NOT NULL;

CREATE TABLE anchor (
    county INTEGER NOT NULL DEFAULT 0,
    day    INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (county, day)
) STRICT, WITHOUT ROWID;
