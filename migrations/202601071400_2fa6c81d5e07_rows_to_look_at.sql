-- migrate:revision 2fa6c81d5e07
-- migrate:message rows to look at
-- migrate:down_revision 7d90e2f6413c
-- migrate:created 2026-01-07T14:00:00Z

-- Teaches: rows are migrated like tables. A revision may hold any SQL; here it puts a catalogue, 40 customers and 5,000 orders
-- in, so that what follows has something to work on. Down takes away the rows that up made and no others: what was made here
-- has the ids 1 to 40, 1 to 8 and 1 to 5,000.

-- migrate:up
INSERT INTO products (id, sku, name, price) VALUES
  (1, 'TEA-GREEN', 'Green tea; loose', 7.90),
  (2, 'TEA-BLACK', 'Black tea, loose', 6.50),
  (3, 'POT-SMALL', 'Teapot, 0.6 l', 24.00),
  (4, 'POT-LARGE', 'Teapot, 1.2 l', 34.95),
  (5, 'CUP-WHITE', 'Cup, white', 8.25),
  (6, 'CUP-BLUE', 'Cup, "indigo"', 8.75),
  (7, 'SIEVE', 'The sieve that doesn''t drip', 4.10),
  (8, 'KETTLE', 'Kettle, whistling', 49.00);

INSERT INTO customers (id, email, name)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 40)
SELECT n, 'customer' || n || '@example.com', 'Customer ' || n FROM numbers;

INSERT INTO orders (id, customer_id, status)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)
SELECT n, 1 + (n * 7) % 40,
       CASE WHEN n % 11 = 0 THEN 'cancelled' WHEN n < 4800 THEN 'shipped' WHEN n < 4950 THEN 'paid' ELSE 'open' END
FROM numbers;

INSERT INTO order_lines (order_id, line, product_id, quantity, unit_price)
SELECT orders.id, lines.n, products.id, 1 + (orders.id * lines.n) % 3, products.price
FROM orders
JOIN (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS lines ON lines.n <= 1 + orders.id % 3
JOIN products ON products.id = 1 + (orders.id + lines.n) % 8;

-- migrate:down
DELETE FROM order_lines WHERE order_id BETWEEN 1 AND 5000;
DELETE FROM orders WHERE id BETWEEN 1 AND 5000;
DELETE FROM customers WHERE id BETWEEN 1 AND 40;
DELETE FROM products WHERE id BETWEEN 1 AND 8;
