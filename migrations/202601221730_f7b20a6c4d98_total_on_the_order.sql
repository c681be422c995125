-- migrate:revision f7b20a6c4d98
-- migrate:message total on the order
-- migrate:down_revision 5c83d17fe064
-- migrate:created 2026-01-22T17:30:00Z

-- Teaches: a batched backfill. One UPDATE over millions of rows holds their locks for minutes; `data` walks the table by its key
-- instead, a thousand rows a transaction. The statement uses :from and :to, meaning the rows after :from up to and including
-- :to. Each batch writes down how far it came, so a killed run goes on where it stopped.
-- `batch` may be changed at any time, even between two attempts: it is in no checksum.

-- migrate:up
ALTER TABLE orders ADD COLUMN total_cents BIGINT NOT NULL DEFAULT 0;

-- migrate:data name:order_totals table:orders key:id batch:1000
UPDATE orders
SET total_cents = (
  SELECT coalesce(sum(order_lines.quantity * order_lines.unit_price_cents), 0)
  FROM order_lines WHERE order_lines.order_id = orders.id
)
WHERE id > :from AND id <= :to;

-- migrate:up
-- migrate:assert SELECT count(*) = 0 FROM orders AS o JOIN order_totals AS t ON t.order_id = o.id WHERE o.total_cents <> t.total_cents

-- migrate:down
ALTER TABLE orders DROP COLUMN total_cents;
