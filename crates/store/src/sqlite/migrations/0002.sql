-- Tables beside the log have the county in their keys, as on PostgreSQL; in a data folder of its own it is 0.
ALTER TABLE word ADD COLUMN county INTEGER NOT NULL DEFAULT 0;
ALTER TABLE area ADD COLUMN county INTEGER NOT NULL DEFAULT 0;
ALTER TABLE setting ADD COLUMN county INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX setting_key ON setting (county, key);
