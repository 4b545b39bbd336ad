-- A table of its own kind for what documents say: in one without row numbers a row
-- of more than a quarter of a page takes a page of its own.

-- +goose Up

CREATE TABLE fact_by_row (
	transmission INTEGER NOT NULL REFERENCES transmission,
	ordinal      INTEGER NOT NULL, -- of the document
	view         TEXT    NOT NULL,
	subject      TEXT    NOT NULL, -- normalised
	data         TEXT    NOT NULL, -- JSON
	PRIMARY KEY (transmission, ordinal, view, subject)
) STRICT;

INSERT INTO fact_by_row SELECT transmission, ordinal, view, subject, data FROM fact ORDER BY transmission, ordinal, view, subject;
DROP TABLE fact;
ALTER TABLE fact_by_row RENAME TO fact;
CREATE INDEX fact_subject ON fact (view, subject, transmission, ordinal);
