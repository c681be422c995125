"""Models that must be clean right after migrating: the example shop's, those of docs/models.md, a music shop's in SQL (Chinook's shape), a film rental's in SQL with
every kind that PostgreSQL has (Pagila's shape), and SQLAlchemy's types by a command. Needs SQLAlchemy, jsonschema and yaml (scripts/lib, python_of_tests)."""

import json
import os
import re
import shutil
import sys
import unittest

import both
from both import setUpModule, tearDownModule  # noqa: F401
from models_case import ModelsCase

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TESTDATA = os.path.join(ROOT, "tests", "testdata", "models")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Examples(ModelsCase):
    def migrate_and_check(self):
        """Generates, applies, checks, goes down to nothing; how many objects there were."""
        self.generate()
        self.must("upgrade", "head")
        self.assert_clean()
        objects = self.run_verb("check", "--output", "json").json["comparisons"][0]["to"]["objects"]
        self.must("downgrade", "base")
        self.assertEqual(self.user_tables(), [])
        return objects

    def test_the_shop_is_what_its_models_say(self):
        shutil.rmtree(self.project.migrations)
        shutil.copytree(os.path.join(ROOT, "migrations"), self.project.migrations)
        self.project.settings["models"] = "migrations/models"
        self.must("upgrade", "head")
        self.assert_clean()

    def test_the_documents_example(self):
        self.model(re.search(r"```yaml\n(enums:.*?)```", read("docs", "models.md"), re.S).group(1), "10_model.yaml")
        self.migrate_and_check()

    def test_a_music_shop(self):
        self.model(read(TESTDATA, f"music.{self.dialect}.sql"))
        self.assertGreater(self.migrate_and_check(), 40)

    def test_a_film_rental(self):
        self.model(read(TESTDATA, f"film.{self.dialect}.sql"))
        self.assertGreater(self.migrate_and_check(), 40)

    def test_sqlalchemy_models(self):
        self.project.settings["models"] = {"exec": [sys.executable, "-B", os.path.join(ROOT, "docs", "examples", "sqlalchemy", "print_ddl.py")]}
        self.migrate_and_check()


class JsonSchema(unittest.TestCase):
    """docs/models.schema.json, held with jsonschema, and by its own keys."""

    SCHEMA = json.loads(read("docs", "models.schema.json"))

    def test_its_keys_are_those_that_the_compiler_reads(self):
        source = read("migrator", "models", "yaml_table.cpp")
        for kind in ("table", "column"):
            known = self.SCHEMA["definitions"][kind]
            known = known.get("properties") or known["oneOf"][1]["properties"]
            listed = re.search(rf'"a {kind}",\s*\{{(.*?)\}}', source, re.S).group(1)
            self.assertEqual(set(known), set(re.findall(r'"([a-z_]+)"', listed)))

    def test_it_takes_the_examples_and_refuses_slips(self):
        import jsonschema
        import yaml
        validator = jsonschema.Draft7Validator(self.SCHEMA)
        good = re.search(r"```yaml\n(enums:.*?)```", read("docs", "models.md"), re.S).group(1)
        for text in (good, read("migrations", "models", "10_shop.yaml"), ""):
            self.assertEqual([error.message for error in validator.iter_errors(yaml.safe_load(text))], [])
        for slip in ("tabels: {}", "tables: {t: {columns: {}}}", "tables: {t: {columns: {a: {typ: text}}}}", "tables: {t: {columns: {a: {type: text, nullable: 3}}}}"):
            self.assertTrue(list(validator.iter_errors(yaml.safe_load(slip))), slip)


def column(text):
    return f"tables: {{t: {{columns: {{a: {text}}}}}}}"


def table(text):
    return f"tables: {{t: {{columns: {{a: text, b: integer}}, {text}}}}}"


GOOD = [column(text) for text in (
    "text", "varchar(3)", "{type: text}", "'decimal(3,2)'", "{type: decimal}", "'decimal( 3 , 2 )'", "{type: {sqlite: X}}", "{type: {sqlite: X, postgresql: int}}", "{type: text, default: {sql: 1}}",
    "{type: text, default: {sql: {sqlite: now}}}", "{type: text, default: {sqlite: \"'x'\"}}", "{type: text, default: yes}", "{type: integer, default: -5}", "{type: text, default: ''}",
    "{type: text, nullable: true}", "{type: integer, identity: always, primary_key: true}", "{type: integer, identity: false}", "{type: integer, autoincrement: true, primary_key: true}",
    "{type: text, unique: name}", "{type: text, unique: 3}", "{type: text, check: {sqlite: a > 1}}", "{type: text, references: t}", "{type: text, references: 't (a)'}",
    "{type: text, references: {table: t, to: [a], on_delete: cascade, on_update: set null, deferrable: deferred, name: n}}", "{type: text, collation: nocase}", "{type: text, comment: c}",
    "{type: text, renamed_from: b}")] + [table(text) for text in (
    "primary_key: a", "primary_key: [a, b]", "primary_key: {columns: [a], name: n}", "unique: [a]", "unique: [[a, b], {columns: b}]", "unique: []", "foreign_keys: [{columns: a, references: t}]",
    "foreign_keys: [{columns: [a], references: t, to: [b], on_delete: no action}]", "checks: [a > 1, {sql: b > 1, name: c}, {sql: {sqlite: a > 1}}]", "indexes: {i: a, j: [a, b desc]}",
    "indexes: {i: {columns: a, unique: true, where: b > 1, include: b, using: btree}}", "indexes: {i: [{sql: lower(a), order: desc}, b desc nulls last]}", "comment: x", "renamed_from: old", "strict: true",
    "without_rowid: true, primary_key: a")] + [
    "", "tables: {}", "enums: {e: [a, b]}", "enums: {e: a}", "enums: {e: [1, 2]}", "enums: {e: [a]}\ntables: {t: {columns: {a: {type: e, default: a}}}}", "views: {v: SELECT 1 AS x}",
    "views: {v: {sql: SELECT 1 AS x, comment: c}}", "views: {v: {sqlite: SELECT 1 AS x}}", "views: {v: {sql: {postgresql: SELECT 1}, materialized: true}}",
    "tables: {t: &x {columns: {a: text}}, u: *x}", "tables: {3: {columns: {4: text}}}"]
BAD = [column(text) for text in (
    "{type: varchar}", "varchar", "{type: 'text(3)'}", "{type: null}", "{}", "null", "3", "[text]", "{type: {mysql: X}}", "{type: {}}", "{type: text, default: null}", "{type: text, default: [1]}",
    "{type: text, default: {}}", "{type: text, default: {sql: '1', sqlite: '2'}}", "{type: text, nullable: 'true'}", "{type: text, nullable: 1}", "{type: integer, identity: sometimes, primary_key: true}",
    "{type: text, unique: ''}", "{type: text, check: ''}", "{type: text, check: [a]}", "{type: text, check: {sql: a > 1}}", "{type: text, references: 't(a'}", "{type: text, references: 't(a, b)'}",
    "{type: text, references: {to: a}}", "{type: text, references: {table: t, on_delete: explode}}", "{type: text, references: {table: t, deferrable: true}}", "{type: text, comment: ''}",
    "{type: text, generated: {stored: false}}", "{type: text, renamed_from: [b]}", "{type: text, typ: x}", "{type: integer, primary_key: 'yes'}")] + [table(text) for text in (
    "primary_key: []", "primary_key: {name: n}", "unique: a", "foreign_keys: [{columns: [a]}]", "foreign_keys: {columns: [a], references: t}", "checks: a > 1", "checks: [{name: c}]", "indexes: {i: []}",
    "indexes: {i: {unique: true}}", "indexes: {i: [{sql: lower(a), order: up}]}", "indexes: {i: [{order: asc}]}", "indexes: [a]", "indexes: {i: null}", "comment: null", "strict: maybe", "column: {}")] + [
    "tables: null", "tables: []", "enums: {e: []}", "enums: null", "views: {v: {comment: x}}", "views: {v: ''}", "view: {}", "- a", "tables: {t: {}}", "tables: {t: null}", "tables: {t: {columns: {}}}"]
# What a JSON schema cannot know: names of other things in the file, and what one database lacks.
BAD_FOR_THE_COMPILER_ALONE = [
    column("{type: e}"), column("TEXT"), column("{type: real, default: .inf}"), column("{type: date, default: CURRENT_DATE}"), column("{type: integer, identity: true}"), table("primary_key: [z]"),
    table("unique: [z]"), table("indexes: {i: [a downwards]}"), table("indexes: {i: [a desc nulls first]}"), "views: {v: {sql: SELECT 1 AS x, materialized: true}}",
    "enums: {e: [a]}\ntables: {t: {columns: {a: {type: e, default: b}}}}"]


class JsonSchemaAgrees(ModelsCase, unittest.TestCase):
    """What the JSON schema takes, the compiler takes; what it refuses, the compiler refuses with a line."""

    dialect = "sqlite"

    def test_on_good_and_bad_examples(self):
        import jsonschema
        import yaml
        validator = jsonschema.Draft7Validator(JsonSchema.SCHEMA)
        for texts, for_schema, code in ((GOOD, True, 0), (BAD, False, 2), (BAD_FOR_THE_COMPILER_ALONE, True, 2)):
            for text in texts:
                with self.subTest(text=text):
                    self.assertEqual(not list(validator.iter_errors(yaml.safe_load(text))), for_schema)
                    self.model(text + "\n", "10_model.yaml")
                    done = self.run_verb("diff", "models", "models")
                    self.assertEqual(done.code, code, done)
                    if code:
                        self.assertRegex(done.stderr, r"models/10_model\.yaml:[12]: ")

    def test_what_the_database_refuses_has_the_line_of_the_yaml_file(self):
        self.model("tables:\n  t:\n    columns: {a: text}\n  u:\n    columns: {b: text}\n    checks:\n      - nosuch(b) > 1\n", "10_model.yaml")
        self.model("views:\n\n  v: SELECT (1\n", "20_model.yaml")
        done = self.run_verb("diff", "models", "models")
        self.assertEqual(done.code, 20, done)
        self.assertRegex(done.stderr, r"models/(10_model.yaml:5|20_model.yaml:3): ")


both.on_both(globals(), Examples)

if __name__ == "__main__":
    unittest.main()
