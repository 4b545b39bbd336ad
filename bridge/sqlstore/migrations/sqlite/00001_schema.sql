-- Times are Unix nanoseconds, 0 for none. Flags are 0 or 1. Lists and maps are
-- JSON texts, '' for none. n is a row's own number; nothing outside sees it.

-- +goose Up

-- One row per body kept: who it belongs to, and where the archive has it. The
-- same bytes put twice at the same moment are two bodies, each with its salt.
CREATE TABLE object (
	n      INTEGER PRIMARY KEY,
	peer   TEXT    NOT NULL,
	sha256 BLOB    NOT NULL,
	size   INTEGER NOT NULL,
	stored BLOB    NOT NULL,
	pack   TEXT    NOT NULL,
	start  INTEGER NOT NULL,
	length INTEGER NOT NULL,
	codec  TEXT    NOT NULL,
	salt   BLOB    NOT NULL,
	uses   INTEGER NOT NULL, -- how many transmissions and evidences name it
	UNIQUE (peer, sha256, salt)
) STRICT;

CREATE TABLE transmission (
	n            INTEGER PRIMARY KEY,
	id           TEXT    NOT NULL UNIQUE,
	direction    TEXT    NOT NULL,
	kind         TEXT    NOT NULL,
	state        TEXT    NOT NULL,
	endpoint     TEXT    NOT NULL,
	peer         TEXT    NOT NULL,
	partner      TEXT    NOT NULL,
	agreement    TEXT    NOT NULL,
	wire_key     TEXT    NOT NULL,
	name         TEXT    NOT NULL,
	content_type TEXT    NOT NULL,
	header       TEXT    NOT NULL,
	body         INTEGER REFERENCES object,
	sequence     INTEGER NOT NULL,
	ordinal      INTEGER NOT NULL,
	order_key    TEXT    NOT NULL,
	on_dead      TEXT    NOT NULL,
	created      INTEGER NOT NULL,
	changed      INTEGER NOT NULL,
	next_at      INTEGER NOT NULL,
	attempts     INTEGER NOT NULL,
	standard     TEXT    NOT NULL,
	set_code     TEXT    NOT NULL,
	control      TEXT    NOT NULL,
	mode         TEXT    NOT NULL,
	keys         TEXT    NOT NULL,
	config       TEXT    NOT NULL,
	reason       TEXT    NOT NULL,
	total        INTEGER NOT NULL,
	leaf         TEXT    NOT NULL,
	-- The queue. wake is 0 when the row may be claimed now, else the time from
	-- which it may (the end of a lease, or next_at). in_line: unfinished, with an
	-- order key. turn: nothing stands before it; exactly the oldest in line has it.
	-- due: the step that may claim it now, '' for none.
	wake         INTEGER NOT NULL DEFAULT 0,
	in_line      INTEGER NOT NULL DEFAULT 0,
	turn         INTEGER NOT NULL DEFAULT 1,
	due          TEXT    NOT NULL GENERATED ALWAYS AS (CASE
		WHEN wake > 0 THEN ''
		WHEN state = 'accepted' THEN 'translate'
		WHEN state IN ('pending', 'attempted') AND turn = 1 THEN 'deliver'
		ELSE '' END) STORED,
	-- The claim. token is the newest given; ended is the last one that was given
	-- back, ended_by the fingerprint of what ended it; tried is the token of the
	-- last attempt, 0 while the identity on the wire is not fixed.
	token        INTEGER NOT NULL DEFAULT 0,
	owner        TEXT    NOT NULL DEFAULT '',
	lease_until  INTEGER NOT NULL DEFAULT 0,
	ended        INTEGER NOT NULL DEFAULT 0,
	ended_by     TEXT    NOT NULL DEFAULT '',
	tried        INTEGER NOT NULL DEFAULT 0,
	-- Its follow-ups up to this row are released; -1 when there is nothing more.
	release_behind INTEGER NOT NULL DEFAULT -1,
	-- The cursor of its translation.
	at_document    INTEGER NOT NULL DEFAULT 0,
	at_slice       INTEGER NOT NULL DEFAULT 0,
	at_group       INTEGER NOT NULL DEFAULT 0,
	at_interchange INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX transmission_in ON transmission (sequence) WHERE direction = 'in';
CREATE UNIQUE INDEX transmission_in_key ON transmission (endpoint, peer, wire_key) WHERE direction = 'in' AND wire_key <> '';
CREATE INDEX transmission_due ON transmission (due, sequence, ordinal) WHERE due <> '';
CREATE INDEX transmission_asleep ON transmission (wake) WHERE wake > 0;
CREATE INDEX transmission_line ON transmission (endpoint, order_key, sequence, ordinal) WHERE in_line = 1;
CREATE INDEX transmission_releasing ON transmission (n, release_behind) WHERE release_behind >= 0;
CREATE INDEX transmission_state ON transmission (state, sequence, ordinal);
CREATE INDEX transmission_endpoint ON transmission (endpoint, state, changed);

-- Which transmission follows from which; nth 0 is the main cause.
CREATE TABLE cause (
	effect INTEGER NOT NULL REFERENCES transmission,
	nth    INTEGER NOT NULL,
	cause  INTEGER NOT NULL REFERENCES transmission,
	PRIMARY KEY (effect, nth)
) STRICT, WITHOUT ROWID;

CREATE INDEX cause_effect ON cause (cause, nth, effect);

-- Findings on the envelopes of a transmission, apart from its row because the
-- row changes often and they are long.
CREATE TABLE finding (
	transmission INTEGER PRIMARY KEY REFERENCES transmission,
	findings     TEXT NOT NULL
) STRICT;

-- What a peer was told at accept, to be repeated byte for byte.
CREATE TABLE answer (
	transmission INTEGER PRIMARY KEY REFERENCES transmission,
	answer       BLOB NOT NULL
) STRICT;

CREATE TABLE document (
	n                   INTEGER PRIMARY KEY,
	id                  TEXT    NOT NULL UNIQUE,
	transmission        INTEGER NOT NULL REFERENCES transmission,
	ordinal             INTEGER NOT NULL,
	interchange         INTEGER NOT NULL,
	grp                 INTEGER NOT NULL,
	place               INTEGER NOT NULL, -- of the set within its group, from 1
	state               TEXT    NOT NULL,
	verdict             TEXT    NOT NULL,
	standard            TEXT    NOT NULL,
	type                TEXT    NOT NULL,
	version             TEXT    NOT NULL,
	control             TEXT    NOT NULL,
	group_control       TEXT    NOT NULL,
	interchange_control TEXT    NOT NULL,
	partner             TEXT    NOT NULL,
	agreement           TEXT    NOT NULL,
	mode                TEXT    NOT NULL,
	start               INTEGER NOT NULL,
	length              INTEGER NOT NULL,
	findings            TEXT    NOT NULL,
	total               INTEGER NOT NULL,
	keys                TEXT    NOT NULL,
	guide               TEXT    NOT NULL,
	mapping             TEXT    NOT NULL,
	mapped              INTEGER NOT NULL,
	elements            INTEGER NOT NULL,
	duplicate_of        TEXT    NOT NULL,
	reason              TEXT    NOT NULL,
	UNIQUE (transmission, ordinal)
) STRICT;

CREATE INDEX document_group ON document (transmission, interchange, grp, ordinal);

-- Business keys, normalised, and who carries them.
CREATE TABLE business_key (
	value        TEXT    NOT NULL,
	transmission INTEGER NOT NULL REFERENCES transmission,
	scheme       TEXT    NOT NULL,
	PRIMARY KEY (value, transmission, scheme)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
	n            INTEGER PRIMARY KEY,
	transmission INTEGER NOT NULL REFERENCES transmission,
	attempt      INTEGER NOT NULL,
	kind         TEXT    NOT NULL,
	at           INTEGER NOT NULL,
	detail       TEXT    NOT NULL,
	body         INTEGER REFERENCES object,
	leaf         TEXT    NOT NULL
) STRICT;

CREATE INDEX evidence_transmission ON evidence (transmission);

-- Identities that must not take effect twice, and who used them.
CREATE TABLE seen (
	kind         TEXT    NOT NULL,
	value        TEXT    NOT NULL,
	transmission INTEGER NOT NULL REFERENCES transmission,
	document     TEXT    NOT NULL,
	digest       TEXT    NOT NULL,
	PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

-- Control numbers: the last one given of each series, and every one given.
CREATE TABLE series (
	name  TEXT    PRIMARY KEY,
	epoch INTEGER NOT NULL,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE number (
	series   TEXT    NOT NULL,
	epoch    INTEGER NOT NULL,
	value    INTEGER NOT NULL,
	owner    TEXT    NOT NULL, -- the transmission that carries or will carry it
	state    TEXT    NOT NULL,
	claimant INTEGER NOT NULL REFERENCES transmission, -- under whose claim it was reserved
	PRIMARY KEY (series, epoch, value),
	UNIQUE (series, owner)
) STRICT, WITHOUT ROWID;

CREATE INDEX number_reserved ON number (claimant) WHERE state = 'reserved';

-- The log. idx is the leaf's index, NULL until it is sequenced.
CREATE TABLE leaf (
	n    INTEGER PRIMARY KEY,
	id   TEXT NOT NULL UNIQUE,
	idx  INTEGER UNIQUE,
	text BLOB NOT NULL
) STRICT;

-- Hashes of the log's tree by stored-hash index, and its head (one row).
CREATE TABLE hash (
	idx  INTEGER PRIMARY KEY,
	hash BLOB NOT NULL
) STRICT;

CREATE TABLE head (
	size INTEGER NOT NULL,
	root BLOB    NOT NULL
) STRICT;

-- Numbers that only grow: accept sequence, fencing token.
CREATE TABLE counter (
	name  TEXT    PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counter (name, value) VALUES ('sequence', 0), ('token', 0);
