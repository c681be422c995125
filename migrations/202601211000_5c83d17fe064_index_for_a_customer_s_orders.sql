-- migrate:revision 5c83d17fe064
-- migrate:message index for a customer's orders
-- migrate:down_revision a0f49d6e2b71
-- migrate:created 2026-01-21T10:00:00Z

-- Teaches: `transaction:false`. PostgreSQL builds an index CONCURRENTLY only outside a transaction, and writers go on meanwhile.
-- The journal remembers the statement before it runs: should the migrator be killed in the middle, the next run looks at what
-- the database has, drops an invalid index that this statement left, and builds it again. SQLite has one writer anyhow.

-- migrate:up dialect:postgresql transaction:false
CREATE INDEX CONCURRENTLY orders_customer_placed ON orders (customer_id, placed_at DESC);

-- migrate:up dialect:sqlite
CREATE INDEX orders_customer_placed ON orders (customer_id, placed_at DESC);

-- migrate:down dialect:postgresql transaction:false
DROP INDEX CONCURRENTLY orders_customer_placed;

-- migrate:down dialect:sqlite
DROP INDEX orders_customer_placed;
