-- Series have bounds, and a history of what a person set. Of a Transmission its
-- numbers are found. What was void was reserved and never used: it is free.

-- +goose Up

ALTER TABLE series ADD COLUMN low INTEGER NOT NULL DEFAULT 1;
ALTER TABLE series ADD COLUMN high INTEGER NOT NULL DEFAULT 0; -- 0: the standard's greatest

CREATE TABLE number_by_owner (
	series   TEXT    NOT NULL,
	epoch    INTEGER NOT NULL,
	value    INTEGER NOT NULL,
	owner    TEXT    NOT NULL, -- the transmission that carries or will carry it; of a free one, that would have
	state    TEXT    NOT NULL,
	claimant INTEGER NOT NULL REFERENCES transmission, -- under whose claim it was reserved
	PRIMARY KEY (series, epoch, value),
	UNIQUE (owner, series)
) STRICT, WITHOUT ROWID;

INSERT INTO number_by_owner SELECT series, epoch, value, owner, CASE state WHEN 'void' THEN 'free' ELSE state END, claimant FROM number;
DROP TABLE number;
ALTER TABLE number_by_owner RENAME TO number;

CREATE INDEX number_reserved ON number (claimant) WHERE state = 'reserved';
CREATE INDEX number_free ON number (series, epoch, value) WHERE state = 'free';
CREATE INDEX number_unused ON number (series, state) WHERE state IN ('reserved', 'free', 'void');

CREATE TABLE renumbering (
	n      INTEGER PRIMARY KEY,
	series TEXT    NOT NULL,
	next   INTEGER NOT NULL,
	low    INTEGER NOT NULL, -- as asked for: 0 left as it was
	high   INTEGER NOT NULL,
	epoch  INTEGER NOT NULL,
	who    TEXT    NOT NULL,
	reason TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	leaf   TEXT    NOT NULL
) STRICT;

CREATE INDEX renumbering_series ON renumbering (series, epoch, n);
