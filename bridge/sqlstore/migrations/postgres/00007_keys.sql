-- Business keys of all schemes are compared without leading zeros.

-- +goose Up

INSERT INTO business_key (value, transmission, scheme)
	SELECT ltrim(value, '0'), transmission, scheme FROM business_key WHERE value LIKE '0%' AND ltrim(value, '0') <> ''
	ON CONFLICT DO NOTHING;
DELETE FROM business_key WHERE value LIKE '0%' AND ltrim(value, '0') <> '';
