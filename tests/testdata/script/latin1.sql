-- migrate:revision l1
-- migrate:down_revision none
-- migrate:up
INSERT INTO dish VALUES ('crème brûlée');
