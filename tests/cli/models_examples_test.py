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


both.on_both(globals(), Examples)

if __name__ == "__main__":
    unittest.main()
