-- What has been kept long enough goes. retention: the class of a Transmission, ''
-- the default one. pruned: when something that followed from it went; 0: nothing did.

-- +goose Up

ALTER TABLE transmission ADD COLUMN retention TEXT NOT NULL DEFAULT '';
ALTER TABLE transmission ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;

-- What may have been kept long enough, oldest first.
CREATE INDEX transmission_ended_file ON transmission (retention, changed)
	WHERE direction = 'in' AND state IN ('translated', 'discarded');
CREATE INDEX transmission_ended_event ON transmission (retention, changed)
	WHERE kind = 'event' AND state IN ('sent', 'delivered', 'settled', 'discarded');

-- What goes with a Transmission is found by it.
CREATE INDEX business_key_transmission ON business_key (transmission);
CREATE INDEX seen_transmission ON seen (transmission);

-- The ledger of control numbers stays: a claimant is no reference any more.
CREATE TABLE number_that_stays (
	series   TEXT    NOT NULL,
	epoch    INTEGER NOT NULL,
	value    INTEGER NOT NULL,
	owner    TEXT    NOT NULL, -- the transmission that carries or will carry it; of a free one, that would have
	state    TEXT    NOT NULL,
	claimant INTEGER NOT NULL, -- row of the transmission under whose claim it was reserved, while it is reserved
	PRIMARY KEY (series, epoch, value),
	UNIQUE (owner, series)
) STRICT, WITHOUT ROWID;

INSERT INTO number_that_stays SELECT series, epoch, value, owner, state, claimant FROM number;
DROP TABLE number;
ALTER TABLE number_that_stays RENAME TO number;

CREATE INDEX number_reserved ON number (claimant) WHERE state = 'reserved';
CREATE INDEX number_free ON number (series, epoch, value) WHERE state = 'free';
CREATE INDEX number_unused ON number (series, state) WHERE state IN ('reserved', 'free', 'void');

-- Replays that go on, and what they have not looked at.
CREATE INDEX replay_job_open ON replay_job (through) WHERE done = 0;

-- Of whom something is expected, when something was heard last, and until when
-- something has to be. silent: since when it is known that nothing came, 0: it did.
CREATE TABLE watch (
	name    TEXT    PRIMARY KEY, -- partner, or partner/agreement
	rule    TEXT    NOT NULL,
	began   INTEGER NOT NULL,
	heard   INTEGER NOT NULL,
	due     INTEGER NOT NULL,
	silent  INTEGER NOT NULL,
	version INTEGER NOT NULL
) STRICT;

CREATE INDEX transmission_heard ON transmission (partner, created) WHERE direction = 'in' AND mode = 'production' AND partner <> '';
