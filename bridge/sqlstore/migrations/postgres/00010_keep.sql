-- What has been kept long enough goes. retention: the class of a Transmission, ''
-- the default one. pruned: when something that followed from it went; 0: nothing did.

-- +goose Up

ALTER TABLE transmission ADD COLUMN retention TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE transmission ADD COLUMN pruned BIGINT NOT NULL DEFAULT 0;

-- What may have been kept long enough, oldest first.
CREATE INDEX transmission_ended_file ON transmission (retention, changed, n)
	WHERE direction = 'in' AND state IN ('translated', 'discarded');
CREATE INDEX transmission_ended_event ON transmission (retention, changed, n)
	WHERE kind = 'event' AND state IN ('sent', 'delivered', 'settled', 'discarded');

-- What goes with a Transmission is found by it.
CREATE INDEX business_key_transmission ON business_key (transmission);
CREATE INDEX seen_transmission ON seen (transmission);

-- The ledger of control numbers stays: a claimant is no reference any more.
ALTER TABLE number DROP CONSTRAINT number_claimant_fkey;

-- Replays that go on, and what they have not looked at.
CREATE INDEX replay_job_open ON replay_job (through) WHERE done = 0;

-- Of whom something is expected, when something was heard last, and until when
-- something has to be. silent: since when it is known that nothing came, 0: it did.
CREATE TABLE watch (
	name    TEXT COLLATE "C" PRIMARY KEY, -- partner, or partner/agreement
	rule    TEXT COLLATE "C" NOT NULL,
	began   BIGINT NOT NULL,
	heard   BIGINT NOT NULL,
	due     BIGINT NOT NULL,
	silent  BIGINT NOT NULL,
	version BIGINT NOT NULL
);

CREATE INDEX transmission_heard ON transmission (partner, created) WHERE direction = 'in' AND mode = 'production' AND partner <> '';
