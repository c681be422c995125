-- migrate:revision e41b7c05a9d3
-- migrate:message customers and products
-- migrate:down_revision none
-- migrate:created 2026-01-05T09:00:00Z

-- Teaches: the header, and one section for both databases.
-- A section without `dialect:` runs everywhere, so plain SQL that SQLite and PostgreSQL both understand is written once.
-- Prices are kept in NUMERIC here; b85d3e94f016 thinks better of it.

-- migrate:up
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  registered_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  price NUMERIC(10, 2) NOT NULL DEFAULT 0
);

-- migrate:down
DROP TABLE products;
DROP TABLE customers;
