-- migrate:revision 86da4e0b3f15
-- migrate:message merge the warehouse
-- migrate:down_revision f7b20a6c4d98 d6327f9ab014
-- migrate:created 2026-01-26T09:00:00Z

-- Teaches: a merge (`migrator merge -m "merge the warehouse"`). Two parents make one head of two, so that `upgrade head` is
-- clear again. There is nothing to do in SQL, and the empty sections say so: a revision without a section for this database is
-- an error, and one without a down section could not be taken down.

-- migrate:up

-- migrate:down
