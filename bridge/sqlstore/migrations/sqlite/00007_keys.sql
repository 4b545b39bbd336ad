-- Business keys of all schemes are compared without leading zeros.

-- +goose Up

UPDATE OR IGNORE business_key SET value = CASE ltrim(value, '0') WHEN '' THEN value ELSE ltrim(value, '0') END WHERE value LIKE '0%';
DELETE FROM business_key WHERE value LIKE '0%' AND ltrim(value, '0') <> '';
