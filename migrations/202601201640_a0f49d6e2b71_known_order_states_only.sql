-- migrate:revision a0f49d6e2b71
-- migrate:message known order states only
-- migrate:down_revision 13e8b5c7f92a
-- migrate:created 2026-01-20T16:40:00Z

-- Teaches: what ALTER TABLE cannot do on SQLite. PostgreSQL adds a constraint in place; SQLite needs the table built anew, and
-- here it is written out in full: a new table, the rows, an assert that all of them came over, the old table away, the new one
-- in its place, then the indexes and views that the old one had. The migrator runs with SQLite's foreign keys off, so that
-- DROP TABLE does not delete the order lines by ON DELETE CASCADE, and checks them all before and after the step.
-- On PostgreSQL, NOT VALID takes its strong lock for a moment only, for at most 2 seconds of waiting, and VALIDATE, which reads
-- the whole table, comes in a transaction of its own and keeps nobody out.
-- The assert before the first section is looked at before the step begins.

-- migrate:assert SELECT count(*) = 0 FROM orders WHERE status NOT IN ('open', 'paid', 'shipped', 'cancelled')

-- migrate:up dialect:postgresql lock_timeout:2s
ALTER TABLE orders ADD CONSTRAINT orders_status_known
CHECK (status IN ('open', 'paid', 'shipped', 'cancelled')) NOT VALID;

-- migrate:up dialect:postgresql transaction:false
ALTER TABLE orders VALIDATE CONSTRAINT orders_status_known;

-- migrate:up dialect:sqlite
DROP VIEW order_totals;

CREATE TABLE new_orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  status TEXT NOT NULL DEFAULT 'open',
  placed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT orders_status_known CHECK (status IN ('open', 'paid', 'shipped', 'cancelled'))
);

INSERT INTO new_orders (id, customer_id, status, placed_at) SELECT id, customer_id, status, placed_at FROM orders;

-- migrate:assert SELECT (SELECT count(*) FROM new_orders) = (SELECT count(*) FROM orders)
DROP TABLE orders;
ALTER TABLE new_orders RENAME TO orders;
CREATE INDEX orders_status ON orders (status);

CREATE VIEW order_totals AS
SELECT orders.id AS order_id, orders.customer_id, sum(order_lines.quantity * order_lines.unit_price_cents) AS total_cents
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
GROUP BY orders.id, orders.customer_id;

-- migrate:down dialect:postgresql lock_timeout:2s
ALTER TABLE orders DROP CONSTRAINT orders_status_known;

-- migrate:down dialect:sqlite
DROP VIEW order_totals;

CREATE TABLE new_orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  status TEXT NOT NULL DEFAULT 'open',
  placed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

INSERT INTO new_orders (id, customer_id, status, placed_at) SELECT id, customer_id, status, placed_at FROM orders;

-- migrate:assert SELECT (SELECT count(*) FROM new_orders) = (SELECT count(*) FROM orders)
DROP TABLE orders;
ALTER TABLE new_orders RENAME TO orders;
CREATE INDEX orders_status ON orders (status);

CREATE VIEW order_totals AS
SELECT orders.id AS order_id, orders.customer_id, sum(order_lines.quantity * order_lines.unit_price_cents) AS total_cents
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
GROUP BY orders.id, orders.customer_id;
