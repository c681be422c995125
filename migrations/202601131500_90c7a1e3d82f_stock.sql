-- migrate:revision 90c7a1e3d82f
-- migrate:message stock
-- migrate:down_revision 2fa6c81d5e07
-- migrate:labels warehouse
-- migrate:created 2026-01-13T15:00:00Z

-- Teaches: a branch. The warehouse team started from the same parent as b85d3e94f016, so the history has two children there
-- (`migrator branches`). The label names the branch from here on, past the merge as well: `upgrade warehouse@+1` takes the next step
-- on this side, even before anything of it is applied, `downgrade warehouse@-1` one back.

-- migrate:up
CREATE TABLE stock (
  product_id INTEGER PRIMARY KEY REFERENCES products (id),
  on_hand INTEGER NOT NULL CHECK (on_hand >= 0)
);

INSERT INTO stock (product_id, on_hand) SELECT id, 500 FROM products;

-- migrate:down
DROP TABLE stock;
