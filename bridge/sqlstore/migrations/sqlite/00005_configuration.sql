-- +goose Up

-- Every configuration that was ever in force: all its files as one text, by its digest.
CREATE TABLE configuration (
	digest TEXT PRIMARY KEY,
	files  BLOB NOT NULL
) STRICT;

-- Which came into force, when, and by whose decision. The newest is in force.
CREATE TABLE activation (
	n          INTEGER PRIMARY KEY, -- from 1 without gaps
	digest     TEXT    NOT NULL REFERENCES configuration,
	before     TEXT    NOT NULL, -- digest of the one in force until then
	at         INTEGER NOT NULL,
	decided_by TEXT    NOT NULL,
	reason     TEXT    NOT NULL,
	difference TEXT    NOT NULL,
	leaf       TEXT    NOT NULL UNIQUE
) STRICT;
