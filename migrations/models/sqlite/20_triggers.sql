CREATE TRIGGER order_lines_take_stock AFTER INSERT ON order_lines
BEGIN
  UPDATE stock SET on_hand = on_hand - NEW.quantity WHERE product_id = NEW.product_id;
END;
