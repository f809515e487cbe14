-- Exact search over sealed values: keyed hashes, never the values.
CREATE TABLE sealed_index (
    county INTEGER NOT NULL DEFAULT 0,
    name   TEXT NOT NULL,
    digest BLOB NOT NULL,
    seq    INTEGER NOT NULL,
    PRIMARY KEY (county, name, digest, seq)
) STRICT, WITHOUT ROWID;
