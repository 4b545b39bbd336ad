-- +goose Up

-- Whose turn it is to do what one of several processes has to do, and until when.
CREATE TABLE turn (
	name  TEXT    PRIMARY KEY,
	owner TEXT    NOT NULL,
	ends  INTEGER NOT NULL
) STRICT;
