-- migrate:revision 13e8b5c7f92a
-- migrate:message order totals
-- migrate:down_revision b85d3e94f016
-- migrate:created 2026-01-19T11:30:00Z

-- Teaches: a view, and that it is in the way of later table changes: see a0f49d6e2b71, which is next on this branch.

-- migrate:up
CREATE VIEW order_totals AS
SELECT orders.id AS order_id, orders.customer_id, sum(order_lines.quantity * order_lines.unit_price_cents) AS total_cents
FROM orders JOIN order_lines ON order_lines.order_id = orders.id
GROUP BY orders.id, orders.customer_id;

-- migrate:down
DROP VIEW order_totals;
