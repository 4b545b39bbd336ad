-- +goose Up

-- queue: lane, endpoint (of what goes out) and party of a row, "2 erp acme": the
-- rows that are due of one queue stand together in the index, oldest first.
-- begun: time of the first attempt since it was made or a person had it retried.
ALTER TABLE transmission ADD COLUMN queue TEXT NOT NULL DEFAULT '';
ALTER TABLE transmission ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;

UPDATE transmission SET queue = '2 ' || CASE direction WHEN 'out' THEN endpoint || ' ' ELSE '' END
	|| CASE WHEN partner <> '' THEN partner WHEN peer <> '' THEN endpoint || '/' || peer ELSE '-' END;

DROP INDEX transmission_due;
CREATE INDEX transmission_due ON transmission (due, queue, sequence, ordinal) WHERE due <> '';
