-- +goose Up

-- A row that waits past lift_at (0: never) goes over into the queues of the lane
-- lift_to ("1" the most urgent); it is 0 again when that is done, or the row is.
ALTER TABLE transmission ADD COLUMN lift_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE transmission ADD COLUMN lift_to TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX transmission_lift ON transmission (lift_at) WHERE lift_at > 0;

-- What is translated one after the other keeps its order over lanes: the queue's
-- name without its lane.
DROP INDEX transmission_stream;
CREATE INDEX transmission_stream ON transmission (substr(queue, 2), sequence) WHERE state = 'accepted' AND substr(queue, 3, 1) = '=';

-- W3C Trace Context: trace id (16 bytes), parent span (8, zeros for none), then of
-- each link its trace id and span; NULL on rows of earlier versions.
ALTER TABLE transmission ADD COLUMN trace BYTEA;
