\set ON_ERROR_STOP on
-- written by migrator 0.1.0 on 2026-01-02T03:04:05.678Z

BEGIN;
-- (the history's tables)
COMMIT;

-- up a make a
BEGIN;
DO $migrator$BEGIN IF NOT (NOT EXISTS (SELECT 1 FROM "public"."migrator_version")) THEN RAISE EXCEPTION 'the database is not at base: nothing was done'; END IF; END$migrator$;
SET LOCAL lock_timeout = 2000;
CREATE TABLE a;
SET LOCAL statement_timeout = 5000;
SET LOCAL lock_timeout TO DEFAULT;
two;
RESET ALL;
RESET ROLE;
DISCARD TEMP;
INSERT INTO "public"."migrator_version" (version_num) VALUES ('a');
INSERT INTO "public"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('a', 'up', 'done', '[]', '[]', '[]', 'make a', 'v1:be49fc61dc918cd4c6d32f91d6a36575b53e82c9fdddfae8d67cec4cf69f3e82', 'v1:6d6400b233281a82706991f2851be5087bdeb444278bb3e1c945b438c6ef63c3', 1, '-- migrate:down
DROP TABLE a;
', 2, 2, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1 THEN '["a"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;

-- up b make b
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1) THEN RAISE EXCEPTION 'the database is not at a: nothing was done'; END IF; END$migrator$;
COMMIT;
DO $migrator$BEGIN IF NOT coalesce((SELECT 1)::text IN ('true', 't', '1'), false) THEN RAISE EXCEPTION 'an assert does not hold'; END IF; END$migrator$;
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1) THEN RAISE EXCEPTION 'the database is not at a: nothing was done'; END IF; END$migrator$;
COMMIT;
SET lock_timeout = 1000;
VACUUM;
BEGIN;
SET LOCAL ROLE NONE;
INSERT INTO "public"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('b', 'up', 'partial', '["a"]', '[]', '[]', 'make b', 'v1:563509d84b3ff36927ec2d66d104b28dd1fb9599c42d613d4decaa6c43b54249', 'v1:7d950a94af48cb31087b62c5ca49bf12746e7f15ad955f8f57c56a746104b9b8', 1, '-- migrate:down transaction:false
VACUUM;
back;
', 1, 2, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1 THEN '["a"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1) THEN RAISE EXCEPTION 'the database is not at a: nothing was done'; END IF; END$migrator$;
SET LOCAL lock_timeout = 1000;
three;
SET LOCAL ROLE NONE;
UPDATE "public"."migrator_version_journal" SET outcome = 'partial', up_checksum = 'v1:563509d84b3ff36927ec2d66d104b28dd1fb9599c42d613d4decaa6c43b54249', down_checksum = 'v1:7d950a94af48cb31087b62c5ca49bf12746e7f15ad955f8f57c56a746104b9b8', down_format = 1, down_sections = '-- migrate:down transaction:false
VACUUM;
back;
', statements_done = 2, statements_total = 2, statement_checksums = '[]', progress = '{}', error = NULL, heads_after = (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1 THEN '["a"]' END), run_id = 'run-1', plan_hash = NULL, backup_id = NULL, duration_ms = 0 WHERE revision = 'b' AND outcome = 'partial';
COMMIT;
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('a')) = 1) THEN RAISE EXCEPTION 'the database is not at a: nothing was done'; END IF; END$migrator$;
SET LOCAL lock_timeout = 1000;
DO $migrator$BEGIN IF NOT coalesce((SELECT 2)::text IN ('true', 't', '1'), false) THEN RAISE EXCEPTION 'an assert does not hold'; END IF; END$migrator$;
RESET ALL;
RESET ROLE;
DISCARD TEMP;
UPDATE "public"."migrator_version" SET version_num = 'b' WHERE version_num = 'a';
UPDATE "public"."migrator_version_journal" SET outcome = 'done', up_checksum = 'v1:563509d84b3ff36927ec2d66d104b28dd1fb9599c42d613d4decaa6c43b54249', down_checksum = 'v1:7d950a94af48cb31087b62c5ca49bf12746e7f15ad955f8f57c56a746104b9b8', down_format = 1, down_sections = '-- migrate:down transaction:false
VACUUM;
back;
', statements_done = 2, statements_total = 2, statement_checksums = '[]', progress = '{}', error = NULL, heads_after = (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('b')) = 1 THEN '["b"]' END), run_id = 'run-1', plan_hash = NULL, backup_id = NULL, duration_ms = 0 WHERE revision = 'b' AND outcome = 'partial';
COMMIT;

-- up c make c
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('b')) = 1) THEN RAISE EXCEPTION 'the database is not at b: nothing was done'; END IF; END$migrator$;
DO $migrator_data$
DECLARE below text;
BEGIN
SELECT CASE t.typcategory WHEN 'U' THEN '''00000000-0000-0000-0000-000000000000''::uuid' WHEN 'S' THEN '''''::text' ELSE '(-9223372036854775809)::numeric' END INTO below
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = 't'::pg_catalog.regclass AND a.attname = 'k' AND NOT a.attisdropped;
EXECUTE pg_catalog.replace($migrator$UPDATE t SET a = 1 WHERE K > /*migrator:from*/ AND K <= (SELECT K FROM t ORDER BY K DESC LIMIT 1)$migrator$, '/*migrator:from*/', below);
END
$migrator_data$;
RESET ALL;
RESET ROLE;
DISCARD TEMP;
INSERT INTO "public"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('c', 'up', 'partial', '["a"]', '[]', '[]', 'make c', 'v1:1adff9232eb8ea20b53d7514d6d359278a63722bad00fc65fdff010d715c6f34', 'v1:63c88e28aa8a03b8ec6ac3bea48f05a7d576269e34cce4e44e3507f7234c76ad', 1, '-- migrate:down
', 1, 2, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('b')) = 1 THEN '["b"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('b')) = 1) THEN RAISE EXCEPTION 'the database is not at b: nothing was done'; END IF; END$migrator$;
SELECT $$ $migrator$ $$;
RESET ALL;
RESET ROLE;
DISCARD TEMP;
INSERT INTO "public"."migrator_version" (version_num) VALUES ('c');
UPDATE "public"."migrator_version_journal" SET outcome = 'done', up_checksum = 'v1:1adff9232eb8ea20b53d7514d6d359278a63722bad00fc65fdff010d715c6f34', down_checksum = 'v1:63c88e28aa8a03b8ec6ac3bea48f05a7d576269e34cce4e44e3507f7234c76ad', down_format = 1, down_sections = '-- migrate:down
', statements_done = 2, statements_total = 2, statement_checksums = '[]', progress = '{}', error = NULL, heads_after = (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 2 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('b', 'c')) = 2 THEN '["b","c"]' END), run_id = 'run-1', plan_hash = NULL, backup_id = NULL, duration_ms = 0 WHERE revision = 'c' AND outcome = 'partial';
COMMIT;

-- up m make m
BEGIN;
DO $migrator$BEGIN IF NOT ((SELECT count(*) FROM "public"."migrator_version") = 2 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('b', 'c')) = 2) THEN RAISE EXCEPTION 'the database is not at b, c: nothing was done'; END IF; END$migrator$;
RESET ALL;
RESET ROLE;
DISCARD TEMP;
DELETE FROM "public"."migrator_version" WHERE version_num IN ('b', 'c');
INSERT INTO "public"."migrator_version" (version_num) VALUES ('m');
INSERT INTO "public"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('m', 'up', 'done', '["b","c"]', '["a"]', '[]', 'make m', 'v1:a9d7d207509eb73e7ad457ba78fde3aae86fb49a26cb19e40c80a91b8a7cb22a', 'v1:63c88e28aa8a03b8ec6ac3bea48f05a7d576269e34cce4e44e3507f7234c76ad', 1, '-- migrate:down
', 0, 0, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "public"."migrator_version") = 1 AND (SELECT count(*) FROM "public"."migrator_version" WHERE version_num IN ('m')) = 1 THEN '["m"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;
