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
