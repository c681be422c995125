-- migrate:revision 4b1f6d08e7a5
-- migrate:message orders take from the stock
-- migrate:down_revision 90c7a1e3d82f
-- migrate:created 2026-01-14T10:15:00Z

-- Teaches: a section a dialect. Triggers are written differently, so each database has its own up and down; the semicolons
-- inside a trigger and inside $$ quotes do not end the statement. Sections are additive: one without `dialect:` beside these
-- would run on both databases as well.

-- migrate:up dialect:sqlite
CREATE TRIGGER order_lines_take_stock AFTER INSERT ON order_lines
BEGIN
  UPDATE stock SET on_hand = on_hand - NEW.quantity WHERE product_id = NEW.product_id;
END;

-- migrate:up dialect:postgresql
CREATE FUNCTION take_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE stock SET on_hand = on_hand - NEW.quantity WHERE product_id = NEW.product_id;
  RETURN NULL;
END;
$$;

CREATE TRIGGER order_lines_take_stock AFTER INSERT ON order_lines
FOR EACH ROW EXECUTE FUNCTION take_stock();

-- migrate:down dialect:sqlite
DROP TRIGGER order_lines_take_stock;

-- migrate:down dialect:postgresql
DROP TRIGGER order_lines_take_stock ON order_lines;
DROP FUNCTION take_stock();
