-- +goose Up

-- Every configuration that was ever in force: all its files as one text, by its digest.
CREATE TABLE configuration (
	digest TEXT COLLATE "C" PRIMARY KEY,
	files  BYTEA NOT NULL
);

-- Which came into force, when, and by whose decision. The newest is in force.
CREATE TABLE activation (
	n          BIGINT PRIMARY KEY, -- from 1 without gaps
	digest     TEXT COLLATE "C" NOT NULL REFERENCES configuration,
	before     TEXT COLLATE "C" NOT NULL, -- digest of the one in force until then
	at         BIGINT NOT NULL,
	decided_by TEXT COLLATE "C" NOT NULL,
	reason     TEXT COLLATE "C" NOT NULL,
	difference TEXT COLLATE "C" NOT NULL,
	leaf       TEXT COLLATE "C" NOT NULL UNIQUE
);
