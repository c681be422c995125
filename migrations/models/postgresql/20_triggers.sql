CREATE FUNCTION take_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE stock SET on_hand = on_hand - NEW.quantity WHERE product_id = NEW.product_id;
  RETURN NULL;
END;
$$;

CREATE TRIGGER order_lines_take_stock AFTER INSERT ON order_lines
FOR EACH ROW EXECUTE FUNCTION take_stock();
