-- migrate:revision e1
-- migrate:down_revision none
-- migrate:up
INSERT INTO note (text) VALUES ('
 -- migrate:down
');
-- migrate:down
DELETE FROM note;
