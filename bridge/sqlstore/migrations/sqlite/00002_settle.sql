-- Acknowledgments that are owed: the partner's for documents of ours, and ours.

-- +goose Up

CREATE TABLE expectation (
	n                   INTEGER PRIMARY KEY,
	id                  TEXT    NOT NULL UNIQUE,
	owes                TEXT    NOT NULL,
	transmission        INTEGER NOT NULL REFERENCES transmission, -- that goes out
	document            TEXT    NOT NULL,
	acknowledgment      TEXT    NOT NULL,
	partner             TEXT    NOT NULL,
	agreement           TEXT    NOT NULL,
	standard            TEXT    NOT NULL,
	mode                TEXT    NOT NULL,
	set_code            TEXT    NOT NULL,
	functional          TEXT    NOT NULL,
	sender              TEXT    NOT NULL,
	receiver            TEXT    NOT NULL,
	interchange_control TEXT    NOT NULL,
	group_control       TEXT    NOT NULL,
	control             TEXT    NOT NULL,
	-- The same two without leading zeros and blanks: by these it is found.
	interchange_number  TEXT    NOT NULL,
	group_number        TEXT    NOT NULL,
	subject             TEXT    NOT NULL,
	within              INTEGER NOT NULL, -- nanoseconds, 0 for no clock
	state               TEXT    NOT NULL,
	created             INTEGER NOT NULL,
	due                 INTEGER NOT NULL,
	late                INTEGER NOT NULL,
	code                TEXT    NOT NULL,
	reasons             TEXT    NOT NULL,
	settled_by          TEXT    NOT NULL,
	settled_sequence    INTEGER NOT NULL,
	settled_offset      INTEGER NOT NULL,
	at                  INTEGER NOT NULL,
	version             INTEGER NOT NULL,
	wake                INTEGER NOT NULL -- when it may be claimed as overdue; 0: never
) STRICT;

CREATE INDEX expectation_interchange ON expectation (partner, standard, mode, interchange_number, n);
CREATE INDEX expectation_group ON expectation (partner, standard, mode, group_number, n);
CREATE INDEX expectation_transmission ON expectation (transmission, n);
CREATE INDEX expectation_state ON expectation (state, n);
CREATE INDEX expectation_wake ON expectation (wake) WHERE wake > 0;
