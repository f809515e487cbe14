-- Everything about a resident: what the index on subjects doesn't give, such as records of episodes.
CREATE INDEX record_resident ON record (county, resident) WHERE resident <> subject;
-- Who sits in a village and has records from elsewhere is found without reading the records.
DROP INDEX record_subject;
CREATE INDEX record_subject ON record (county, subject, area, seq);
-- Whom somebody has written about.
CREATE INDEX record_worker ON record (county, worker, form) WHERE worker IS NOT NULL;

-- The directory of residents: a projection of the log, written in the transaction of the records it follows from.
CREATE TABLE directory (
    county integer PRIMARY KEY REFERENCES log,
    policy text NOT NULL,      -- which policy it was made by
    seq    bigint NOT NULL     -- the position up to which it follows the log
);

-- The two below are made from the log alone: they refer to nothing, for each reference is checked row by row.
CREATE TABLE resident (
    county      integer NOT NULL,
    resident    uuid NOT NULL,
    area        bigint,        -- where the resident sits; 12-digit code
    arrived     bigint,        -- position of the log since which that is known
    name        text,          -- sealed where the policy seals it
    birth       bigint,        -- days since 1970-01-01
    sex         text,
    household   uuid,
    number      bytea,         -- keyed hashes: identity number, its last four digits, phone, its last four digits
    number_tail bytea,
    phone       bytea,
    phone_tail  bytea,
    merged_into uuid,          -- the resident who this one turned out to be
    PRIMARY KEY (county, resident)
);

CREATE INDEX resident_area ON resident (county, area, arrived);
CREATE INDEX resident_number ON resident (county, number) WHERE number IS NOT NULL;
CREATE INDEX resident_number_tail ON resident (county, number_tail) WHERE number_tail IS NOT NULL;
CREATE INDEX resident_phone ON resident (county, phone) WHERE phone IS NOT NULL;
CREATE INDEX resident_phone_tail ON resident (county, phone_tail) WHERE phone_tail IS NOT NULL;
CREATE INDEX resident_household ON resident (county, household) WHERE household IS NOT NULL;

-- What residents are sought by: names, their ends, initials.
CREATE TABLE resident_key (
    county   integer NOT NULL,
    kind     bigint NOT NULL,  -- 0 name, 1 its end from some character on, 2 initials, 3 keyed hash of a sealed name
    text     text COLLATE "C" NOT NULL,
    area     bigint NOT NULL,  -- as in `resident`; 0 when unknown
    resident uuid NOT NULL,
    PRIMARY KEY (county, kind, text, area, resident)
);
