-- Everything about a resident: what the index on subjects doesn't give, such as records of episodes.
CREATE INDEX record_resident ON record (resident) WHERE resident <> subject;
-- Who sits in a village and has records from elsewhere is found without reading the records.
DROP INDEX record_subject;
CREATE INDEX record_subject ON record (subject, area);
-- Whom somebody has written about.
CREATE INDEX record_worker ON record (worker, form) WHERE worker IS NOT NULL;

-- The directory of residents: a projection of the log, written in the transaction of the records it follows from.
CREATE TABLE directory (
    county INTEGER NOT NULL PRIMARY KEY,
    policy TEXT NOT NULL,      -- which policy it was made by
    seq    INTEGER NOT NULL    -- the position up to which it follows the log
) STRICT, WITHOUT ROWID;

CREATE TABLE resident (
    county      INTEGER NOT NULL,
    resident    BLOB NOT NULL,
    area        INTEGER,       -- where the resident sits; 12-digit code
    arrived     INTEGER,       -- position of the log since which that is known
    name        TEXT,          -- sealed where the policy seals it
    birth       INTEGER,       -- days since 1970-01-01
    sex         TEXT,
    household   BLOB,
    number      BLOB,          -- keyed hashes: identity number, its last four digits, phone, its last four digits
    number_tail BLOB,
    phone       BLOB,
    phone_tail  BLOB,
    merged_into BLOB,          -- the resident who this one turned out to be
    PRIMARY KEY (county, resident)
) STRICT, WITHOUT ROWID;

-- Without the county in front: it is one and the same here, and SQLite would take the primary key for as good.
CREATE INDEX resident_area ON resident (area, arrived);
CREATE INDEX resident_number ON resident (number) WHERE number IS NOT NULL;
CREATE INDEX resident_number_tail ON resident (number_tail) WHERE number_tail IS NOT NULL;
CREATE INDEX resident_phone ON resident (phone) WHERE phone IS NOT NULL;
CREATE INDEX resident_phone_tail ON resident (phone_tail) WHERE phone_tail IS NOT NULL;
CREATE INDEX resident_household ON resident (household) WHERE household IS NOT NULL;

-- What residents are sought by: names, their ends, initials.
CREATE TABLE resident_key (
    county   INTEGER NOT NULL,
    kind     INTEGER NOT NULL, -- 0 name, 1 its end from some character on, 2 initials, 3 keyed hash of a sealed name
    text     TEXT NOT NULL,
    area     INTEGER NOT NULL, -- as in `resident`; 0 when unknown
    resident BLOB NOT NULL,
    PRIMARY KEY (county, kind, text, area, resident)
) STRICT, WITHOUT ROWID;
