-- Replays, and what is known of what partners send. Transmissions are named by
-- their ids: what is said of them here stays when they are gone.

-- +goose Up

-- A selection of files that is translated again to see what would change.
CREATE TABLE replay_job (
	id        TEXT    PRIMARY KEY,
	created   INTEGER NOT NULL,
	operator  TEXT    NOT NULL, -- who asked for it
	config    TEXT    NOT NULL, -- digest of the configuration that is tried
	selection TEXT    NOT NULL, -- JSON
	learn     INTEGER NOT NULL,
	through   INTEGER NOT NULL, -- the last sequence that it looks at
	reached   INTEGER NOT NULL, -- the last sequence that it has looked at
	done      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a job found of one file.
CREATE TABLE replay_item (
	job          TEXT    NOT NULL REFERENCES replay_job,
	sequence     INTEGER NOT NULL,
	transmission TEXT    NOT NULL, -- id
	outcome      TEXT    NOT NULL,
	result       TEXT    NOT NULL, -- JSON
	PRIMARY KEY (job, sequence)
) STRICT, WITHOUT ROWID;

-- What was delivered again because of a job.
CREATE TABLE promotion (
	effect TEXT PRIMARY KEY, -- id of the transmission that carries it
	item   TEXT NOT NULL,    -- id of the file that it is about
	job    TEXT NOT NULL REFERENCES replay_job,
	place  TEXT NOT NULL     -- of the event within the file
) STRICT, WITHOUT ROWID;

CREATE INDEX promotion_job ON promotion (job, item);

-- How much of what came in was mapped. part divides a day's row among those who
-- write it, so that none waits for another.
CREATE TABLE coverage (
	partner   TEXT    NOT NULL,
	set_code  TEXT    NOT NULL,
	release   TEXT    NOT NULL,
	day       TEXT    NOT NULL,
	part      INTEGER NOT NULL,
	documents INTEGER NOT NULL,
	elements  INTEGER NOT NULL,
	mapped    INTEGER NOT NULL,
	PRIMARY KEY (partner, set_code, release, day, part)
) STRICT, WITHOUT ROWID;

-- What was ever seen in a partner's documents: segments, qualifiers, codes.
CREATE TABLE feature (
	partner      TEXT    NOT NULL,
	set_code     TEXT    NOT NULL,
	release      TEXT    NOT NULL,
	name         TEXT    NOT NULL,
	rule         TEXT    NOT NULL,
	path         TEXT    NOT NULL,
	value        TEXT    NOT NULL,
	transmission TEXT    NOT NULL, -- id of the one in which it was first
	document     TEXT    NOT NULL,
	at           INTEGER NOT NULL,
	drift        INTEGER NOT NULL, -- it came when the partner was known already
	PRIMARY KEY (partner, set_code, release, name)
) STRICT, WITHOUT ROWID;

-- How many features a partner has, and how often one was not kept for that.
CREATE TABLE feature_count (
	partner TEXT    PRIMARY KEY,
	kept    INTEGER NOT NULL,
	more    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
