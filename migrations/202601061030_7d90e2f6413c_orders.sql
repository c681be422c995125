-- migrate:revision 7d90e2f6413c
-- migrate:message orders
-- migrate:down_revision e41b7c05a9d3
-- migrate:created 2026-01-06T10:30:00Z

-- Teaches: a parent. `down_revision` names the revision this one builds on; the order of a history comes from there, never
-- from the file's name. Down undoes in the opposite order: the lines go before the orders that they point at.

-- migrate:up
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  status TEXT NOT NULL DEFAULT 'open',
  placed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX orders_status ON orders (status);

CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price NUMERIC(10, 2) NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, line)
);

CREATE INDEX order_lines_product ON order_lines (product_id);

-- migrate:down
DROP TABLE order_lines;
DROP TABLE orders;
