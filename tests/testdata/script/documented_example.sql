-- migrate:revision a1
-- migrate:down_revision none
-- migrate:assert SELECT true
-- migrate:up lock_timeout:5s
-- Names are kept as typed.
CREATE TABLE  user_account (id integer);
