-- What accepted documents say of orders, shipments and stock.

-- +goose Up

CREATE TABLE fact (
	transmission BIGINT NOT NULL REFERENCES transmission,
	ordinal      BIGINT NOT NULL, -- of the document
	view         TEXT COLLATE "C" NOT NULL,
	subject      TEXT COLLATE "C" NOT NULL, -- normalised
	data         TEXT COLLATE "C" NOT NULL, -- JSON
	PRIMARY KEY (transmission, ordinal, view, subject)
);

CREATE INDEX fact_subject ON fact (view, subject, transmission, ordinal);
