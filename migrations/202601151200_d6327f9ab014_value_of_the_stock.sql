-- migrate:revision d6327f9ab014
-- migrate:message value of the stock
-- migrate:down_revision 4b1f6d08e7a5
-- migrate:depends_on b85d3e94f016
-- migrate:created 2026-01-15T12:00:00Z

-- Teaches: `depends_on`. This view needs products.price_cents, which the other branch makes. A dependency orders the two without
-- joining the branches: going up, b85d3e94f016 comes first; taking b85d3e94f016 down takes this one down before it.

-- migrate:up
CREATE VIEW stock_value AS
SELECT products.sku, stock.on_hand, stock.on_hand * products.price_cents AS value_cents
FROM stock JOIN products ON products.id = stock.product_id;

-- migrate:down
DROP VIEW stock_value;
