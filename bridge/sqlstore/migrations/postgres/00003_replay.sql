-- Replays, and what is known of what partners send. Transmissions are named by
-- their ids: what is said of them here stays when they are gone.

-- +goose Up

-- A selection of files that is translated again to see what would change.
CREATE TABLE replay_job (
	id        TEXT COLLATE "C" PRIMARY KEY,
	created   BIGINT NOT NULL,
	operator  TEXT COLLATE "C" NOT NULL, -- who asked for it
	config    TEXT COLLATE "C" NOT NULL, -- digest of the configuration that is tried
	selection TEXT COLLATE "C" NOT NULL, -- JSON
	learn     BIGINT NOT NULL,
	through   BIGINT NOT NULL, -- the last sequence that it looks at
	reached   BIGINT NOT NULL, -- the last sequence that it has looked at
	done      BIGINT NOT NULL
);

-- What a job found of one file.
CREATE TABLE replay_item (
	job          TEXT COLLATE "C" NOT NULL REFERENCES replay_job,
	sequence     BIGINT NOT NULL,
	transmission TEXT COLLATE "C" NOT NULL, -- id
	outcome      TEXT COLLATE "C" NOT NULL,
	result       TEXT COLLATE "C" NOT NULL, -- JSON
	PRIMARY KEY (job, sequence)
);

-- What was delivered again because of a job.
CREATE TABLE promotion (
	effect TEXT COLLATE "C" PRIMARY KEY, -- id of the transmission that carries it
	item   TEXT COLLATE "C" NOT NULL,    -- id of the file that it is about
	job    TEXT COLLATE "C" NOT NULL REFERENCES replay_job,
	place  TEXT COLLATE "C" NOT NULL     -- of the event within the file
);

CREATE INDEX promotion_job ON promotion (job, item);

-- How much of what came in was mapped. part divides a day's row among those who
-- write it, so that none waits for another.
CREATE TABLE coverage (
	partner   TEXT COLLATE "C" NOT NULL,
	set_code  TEXT COLLATE "C" NOT NULL,
	release   TEXT COLLATE "C" NOT NULL,
	day       TEXT COLLATE "C" NOT NULL,
	part      BIGINT NOT NULL,
	documents BIGINT NOT NULL,
	elements  BIGINT NOT NULL,
	mapped    BIGINT NOT NULL,
	PRIMARY KEY (partner, set_code, release, day, part)
);

-- What was ever seen in a partner's documents: segments, qualifiers, codes.
CREATE TABLE feature (
	partner      TEXT COLLATE "C" NOT NULL,
	set_code     TEXT COLLATE "C" NOT NULL,
	release      TEXT COLLATE "C" NOT NULL,
	name         TEXT COLLATE "C" NOT NULL,
	rule         TEXT COLLATE "C" NOT NULL,
	path         TEXT COLLATE "C" NOT NULL,
	value        TEXT COLLATE "C" NOT NULL,
	transmission TEXT COLLATE "C" NOT NULL, -- id of the one in which it was first
	document     TEXT COLLATE "C" NOT NULL,
	at           BIGINT NOT NULL,
	drift        BIGINT NOT NULL, -- it came when the partner was known already
	PRIMARY KEY (partner, set_code, release, name)
);

-- How many features a partner has, and how often one was not kept for that.
CREATE TABLE feature_count (
	partner TEXT COLLATE "C" PRIMARY KEY,
	kept    BIGINT NOT NULL,
	more    BIGINT NOT NULL
);
