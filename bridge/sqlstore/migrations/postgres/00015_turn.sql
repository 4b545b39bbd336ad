-- +goose Up

-- Whose turn it is to do what one of several processes has to do, and until when.
CREATE TABLE turn (
	name  TEXT COLLATE "C" PRIMARY KEY,
	owner TEXT COLLATE "C" NOT NULL,
	ends  BIGINT NOT NULL
);
