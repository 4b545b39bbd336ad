-- +goose Up

-- Of a queue whose third character is "=" rows are translated one after the other:
-- what stands before a row is found at once.
CREATE INDEX transmission_stream ON transmission (queue, sequence) WHERE state = 'accepted' AND substr(queue, 3, 1) = '=';
