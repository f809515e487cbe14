-- Exact search over sealed values: keyed hashes, never the values.
CREATE TABLE sealed_index (
    county integer NOT NULL REFERENCES log,
    name   text NOT NULL,
    digest bytea NOT NULL,
    seq    bigint NOT NULL,
    PRIMARY KEY (county, name, digest, seq)
);
