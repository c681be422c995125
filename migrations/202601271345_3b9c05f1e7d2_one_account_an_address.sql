-- migrate:revision 3b9c05f1e7d2
-- migrate:message one account an address
-- migrate:down_revision 86da4e0b3f15
-- migrate:created 2026-01-27T13:45:00Z

-- Teaches: asking first. A unique index over rows that are not unique fails with a message about one of them; the assert before
-- the first section finds all of them before anything is touched, and says what the revision expects of the data.

-- migrate:assert SELECT count(*) = count(DISTINCT lower(email)) FROM customers

-- migrate:up
CREATE UNIQUE INDEX customers_email ON customers (lower(email));

-- migrate:down
DROP INDEX customers_email;
