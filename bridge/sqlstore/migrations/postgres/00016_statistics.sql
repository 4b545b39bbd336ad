-- Statistics follow the number of rows that changed, however many there are: of what
-- waits, plans are made by what waits now and not by what waited when a twentieth of
-- a long history had changed. What is read for them does not grow.

-- +goose Up

ALTER TABLE transmission SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
ALTER TABLE expectation SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
ALTER TABLE number SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
