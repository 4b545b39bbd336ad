-- +goose Up

-- Documents that leave together: one row beside each transmission of kind batch,
-- whose causes they are. open: it takes more; of each queue (partner, agreement,
-- mode) one does at most. joined counts all that ever came. closed_by: what
-- closes it, or has closed it.
CREATE TABLE batch (
	transmission BIGINT PRIMARY KEY REFERENCES transmission,
	queue        TEXT COLLATE "C" NOT NULL,
	open         BIGINT NOT NULL,
	members      BIGINT NOT NULL,
	joined       BIGINT NOT NULL,
	bytes        BIGINT NOT NULL,
	opened       BIGINT NOT NULL,
	closes       BIGINT NOT NULL,
	closed_by    TEXT COLLATE "C" NOT NULL
);

CREATE UNIQUE INDEX batch_open ON batch (queue) WHERE open = 1;

-- series and place: what leaves in the order of its control numbers stands in the
-- line of its series by its number, whatever its endpoint; in_line is 2 then.
ALTER TABLE transmission ADD COLUMN series TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE transmission ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
CREATE INDEX transmission_series ON transmission (series, place, n) WHERE in_line = 2;

-- A number of a series that is reserved is found at once.
CREATE INDEX number_series_reserved ON number (state, series, claimant) WHERE state = 'reserved';
