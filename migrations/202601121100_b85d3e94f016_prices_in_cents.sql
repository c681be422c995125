-- migrate:revision b85d3e94f016
-- migrate:message prices in cents
-- migrate:down_revision 2fa6c81d5e07
-- migrate:created 2026-01-12T11:00:00Z

-- Teaches: a data migration between two schema steps, and `assert`.
-- The new column comes, the rows are converted, and only when the assert has found every price converted is the old column
-- dropped. All of it is one transaction: should the assert fail, the database is as it was (exit code 20).
-- An assert is one query that must give one row of true (1 on SQLite), and it is checked where it stands.

-- migrate:up
ALTER TABLE products ADD COLUMN price_cents INTEGER NOT NULL DEFAULT 0 CHECK (price_cents >= 0);
ALTER TABLE order_lines ADD COLUMN unit_price_cents INTEGER NOT NULL DEFAULT 0;

UPDATE products SET price_cents = CAST(round(price * 100) AS INTEGER);
UPDATE order_lines SET unit_price_cents = CAST(round(unit_price * 100) AS INTEGER);

-- migrate:assert SELECT count(*) = 0 FROM products WHERE abs(price_cents - price * 100) > 0.001
-- migrate:assert SELECT count(*) = 0 FROM order_lines WHERE abs(unit_price_cents - unit_price * 100) > 0.001
ALTER TABLE products DROP COLUMN price;
ALTER TABLE order_lines DROP COLUMN unit_price;

-- migrate:down
ALTER TABLE products ADD COLUMN price NUMERIC(10, 2) NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN unit_price NUMERIC(10, 2) NOT NULL DEFAULT 0;

UPDATE products SET price = price_cents / 100.0;
UPDATE order_lines SET unit_price = unit_price_cents / 100.0;

ALTER TABLE products DROP COLUMN price_cents;
ALTER TABLE order_lines DROP COLUMN unit_price_cents;
