"""What the tests of models stand on: a project with models in models/, and a cache of its own."""

import os
import re

import both
from both import Case


class ModelsCase(Case):
    def another(self):
        project = super().another()
        project.settings = {"models": "models"}
        if self.dialect == "postgresql":
            project.settings["scratch_url"] = both.server().url("postgres")
        os.mkdir(os.path.join(project.folder, "models"))
        return project

    def setUp(self):
        super().setUp()
        self.cache = {"XDG_CACHE_HOME": os.path.join(self.project.folder, "cache")}

    def model(self, text, name="10_model.sql"):
        with open(os.path.join(self.project.folder, "models", name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_verb(self, *arguments, **options):
        return self.project.run(*arguments, extra={**self.cache, **options.pop("extra", {})}, **options)

    def must(self, *arguments, **options):
        done = self.run_verb(*arguments, **options)
        self.assertEqual(done.code, 0, done)
        return done

    def changes(self, *arguments, code=3):
        """The texts of the changes that a comparison lists; the exit code must be `code`."""
        done = self.run_verb(*arguments, "--output", "json")
        self.assertEqual(done.code, code, done)
        return [text for one in done.json["comparisons"] for change in one["changes"] for text in change["text"]]

    def generate(self, *arguments):
        """Writes the missing revision; its text. The trial must have left nothing over."""
        done = self.must("revision", "--autogenerate", "-m", "x", "--output", "json", *arguments)
        self.assertEqual(done.json["wrong"], [], done)
        return done.json["text"]

    def assert_clean(self):
        for arguments in ([], ["--revisions"], ["--drift"]):
            done = self.run_verb("check", *arguments)
            self.assertEqual(done.code, 0, done)

    def schema(self):
        """The schema as the database's own tools tell it, lines sorted, blanks and the order of columns aside."""
        if self.dialect == "postgresql":
            return sorted(line.strip().rstrip(",") for line in self.project.database.schema())
        return sorted(re.sub(r"[\s\"]+", " ", " ".join(row)).strip() for row in self.project.database.schema())
