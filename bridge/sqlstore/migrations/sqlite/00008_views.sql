-- What accepted documents say of orders, shipments and stock.

-- +goose Up

-- The rows of a document lie together, behind those of the documents before it:
-- writing one touches one place of the table and one of the index.
CREATE TABLE fact (
	transmission INTEGER NOT NULL REFERENCES transmission,
	ordinal      INTEGER NOT NULL, -- of the document
	view         TEXT    NOT NULL,
	subject      TEXT    NOT NULL, -- normalised
	data         TEXT    NOT NULL, -- JSON
	PRIMARY KEY (transmission, ordinal, view, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX fact_subject ON fact (view, subject, transmission, ordinal);
