.bail on
-- written by migrator 0.1.0 on 2026-01-02T03:04:05.678Z

PRAGMA foreign_keys = OFF;

BEGIN;
-- (the history's tables)
COMMIT;

-- down m make m
BEGIN;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE NOT ((SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('m')) = 1); -- fails unless at m
DELETE FROM "main"."migrator_version" WHERE version_num IN ('m');
INSERT INTO "main"."migrator_version" (version_num) VALUES ('b');
INSERT INTO "main"."migrator_version" (version_num) VALUES ('c');
INSERT INTO "main"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('m', 'down', 'done', '["b","c"]', '["a"]', '[]', 'make m', 'v1:a9d7d207509eb73e7ad457ba78fde3aae86fb49a26cb19e40c80a91b8a7cb22a', 'v1:63c88e28aa8a03b8ec6ac3bea48f05a7d576269e34cce4e44e3507f7234c76ad', NULL, NULL, 0, 0, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "main"."migrator_version") = 2 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('b', 'c')) = 2 THEN '["b","c"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;

-- down c make c
BEGIN;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE NOT ((SELECT count(*) FROM "main"."migrator_version") = 2 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('b', 'c')) = 2); -- fails unless at b, c
DELETE FROM "main"."migrator_version" WHERE version_num IN ('c');
INSERT INTO "main"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('c', 'down', 'done', '["a"]', '[]', '[]', 'make c', 'v1:6899a8ba9e12c8c90eec5f3631c21e19fb9eff53abffffc96617fff6b77d5010', 'v1:63c88e28aa8a03b8ec6ac3bea48f05a7d576269e34cce4e44e3507f7234c76ad', NULL, NULL, 0, 0, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('b')) = 1 THEN '["b"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;

-- down b make b
BEGIN;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE NOT ((SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('b')) = 1); -- fails unless at b
COMMIT;
VACUUM;
BEGIN;
UPDATE "main"."migrator_version" SET version_num = 'a' WHERE version_num = 'b';
INSERT INTO "main"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('b', 'down', 'partial', '["a"]', '[]', '[]', 'make b', 'v1:563509d84b3ff36927ec2d66d104b28dd1fb9599c42d613d4decaa6c43b54249', 'v1:7d950a94af48cb31087b62c5ca49bf12746e7f15ad955f8f57c56a746104b9b8', NULL, NULL, 1, 2, '[]', '{}', NULL, (SELECT CASE WHEN (SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('a')) = 1 THEN '["a"]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;
BEGIN;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE NOT ((SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('a')) = 1); -- fails unless at a
CREATE TEMP TABLE migrator_broken_keys AS SELECT "table", rowid, parent FROM pragma_foreign_key_check;
back;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE EXISTS (SELECT "table", rowid, parent FROM pragma_foreign_key_check EXCEPT SELECT * FROM temp.migrator_broken_keys); -- fails if a row refers to a row that is not there
DROP TABLE temp.migrator_broken_keys;
UPDATE "main"."migrator_version_journal" SET outcome = 'done', up_checksum = 'v1:563509d84b3ff36927ec2d66d104b28dd1fb9599c42d613d4decaa6c43b54249', down_checksum = 'v1:7d950a94af48cb31087b62c5ca49bf12746e7f15ad955f8f57c56a746104b9b8', down_format = NULL, down_sections = NULL, statements_done = 2, statements_total = 2, statement_checksums = '[]', progress = '{}', error = NULL, heads_after = (SELECT CASE WHEN (SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('a')) = 1 THEN '["a"]' END), run_id = 'run-1', plan_hash = NULL, backup_id = NULL, duration_ms = 0 WHERE revision = 'b' AND outcome = 'partial';
COMMIT;

-- down a make a
BEGIN;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE NOT ((SELECT count(*) FROM "main"."migrator_version") = 1 AND (SELECT count(*) FROM "main"."migrator_version" WHERE version_num IN ('a')) = 1); -- fails unless at a
CREATE TEMP TABLE migrator_broken_keys AS SELECT "table", rowid, parent FROM pragma_foreign_key_check;
DROP TABLE a;
INSERT INTO "main"."migrator_version" (version_num) SELECT NULL WHERE EXISTS (SELECT "table", rowid, parent FROM pragma_foreign_key_check EXCEPT SELECT * FROM temp.migrator_broken_keys); -- fails if a row refers to a row that is not there
DROP TABLE temp.migrator_broken_keys;
DELETE FROM "main"."migrator_version" WHERE version_num IN ('a');
INSERT INTO "main"."migrator_version_journal" (revision, direction, outcome, parents, depends_on, labels, message, up_checksum, down_checksum, down_format, down_sections, statements_done, statements_total, statement_checksums, progress, error, heads_after, run_id, plan_hash, backup_id, who, host, tool_version, started_at, duration_ms) VALUES ('a', 'down', 'done', '[]', '[]', '[]', 'make a', 'v1:be49fc61dc918cd4c6d32f91d6a36575b53e82c9fdddfae8d67cec4cf69f3e82', 'v1:6d6400b233281a82706991f2851be5087bdeb444278bb3e1c945b438c6ef63c3', NULL, NULL, 1, 1, '[]', '{}', NULL, (SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "main"."migrator_version") THEN '[]' END), 'run-1', NULL, NULL, 'anna', 'laptop', '0.1.0', '2026-01-02T03:04:05.678Z', 0);
COMMIT;
