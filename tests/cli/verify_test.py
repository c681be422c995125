"""The verb verify: what is whole is proven, and a flipped byte anywhere is found."""

import os
import random
import unittest

from backups import Backups
from both import on_both, setUpModule, tearDownModule  # noqa: F401
from conditions import Run


class Verifying(Backups):
    def setUp(self):
        super().setUp()
        self.backup = self.json("backup")["id"]

    def flip(self, name, at, bit=0):
        with open(self.path(self.backup, name), "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << bit)]))

    def test_a_whole_one_is_proven_and_that_is_written_down(self):
        self.configure("verify: none")
        unproven = self.json("backup")["id"]
        document = self.json("verify", unproven)
        self.assertEqual([(one["id"], one["verified"]) for one in document["proven"]], [(unproven, "archive")])
        self.assertEqual((document["failed"], document["notes"]), ([], []))
        for wanted in (["verify"], ["verify", unproven[:-1]]):
            self.assertEqual([one["id"] for one in self.json(*wanted)["proven"]], [unproven])
        self.assertEqual([(one["id"], one["verified"]) for one in self.json("verify", self.backup, "--restore")["proven"]], [(self.backup, "restore")])
        self.assertEqual({one["id"]: one["verified"] for one in self.json("backups")["backups"]}, {unproven: "archive", self.backup: "restore"})
        self.project.must("verify", "--all")
        self.assertEqual({one["id"]: one["verified"] for one in self.json("backups")["backups"]}, {unproven: "archive", self.backup: "restore"},
                         "a weaker proof does not replace a stronger one")
        self.assertTrue(self.sums_hold(self.backup) and self.sums_hold(unproven))

    def test_without_an_id_the_newest_of_this_database_is_meant(self):
        other = self.another()
        other.database.rows("CREATE TABLE t (a integer)")
        of_the_other = other.must("backup", "--backup-folder", self.store, "--output", "json").json["id"]
        self.assertNotEqual(of_the_other, self.backup)
        self.assertEqual([one["id"] for one in self.json("verify")["proven"]], [self.backup])

    def test_a_database_that_cannot_be_asked_does_not_matter(self):
        nowhere = "sqlite:////nowhere/none.db" if self.dialect == "sqlite" else "postgresql://x@/x?host=/nowhere"
        document = self.json("verify", url=nowhere)
        self.assertEqual([one["id"] for one in document["proven"]], [self.backup])
        self.assertTrue(document["notes"][0].startswith("the newest backup in the folder is meant, whichever database it is of: "), document)

    def test_flipped_bytes_are_found(self):
        source = random.Random(4)
        for name in (self.dump_name(), "manifest.json", "SHA256SUMS"):
            size = os.path.getsize(self.path(self.backup, name))
            for at in sorted({0, size // 2, size - 1, *(source.randrange(size) for _ in range(5))}):
                bit = source.randrange(8)
                with self.subTest(name=name, at=at, bit=bit):
                    self.flip(name, at, bit)
                    error = self.refused(23, "BackupFailed", "verify", self.backup)
                    self.assertIn(self.backup, error["message"])
                    if name != self.dump_name():
                        listed = self.json("backups")
                        self.assertEqual((listed["backups"], len(listed["damaged"])), ([], 1))
                    self.flip(name, at, bit)
        self.project.must("verify", self.backup)

    def test_one_found_damaged_is_not_listed_as_proven_any_more(self):
        self.flip(self.dump_name(), 100)
        self.refused(23, "BackupFailed", "verify")
        self.assertEqual([one["verified"] for one in self.json("backups")["backups"]], ["none"])

    def test_several_proofs_by_restore_at_once_do_not_meet(self):
        runs = [Run(self.project, "verify", self.backup, "--restore") for _ in range(3)]
        self.assertEqual([run.end().code for run in runs], [0, 0, 0], [run.end() for run in runs])
        self.assert_nothing_left(but=[self.backup])
        self.assertEqual(len(os.listdir(os.path.join(self.store, self.backup))), 3)

    def test_all_names_each_that_is_damaged(self):
        whole = self.json("backup")["id"]
        self.flip("manifest.json", 3)
        done = self.project.run("verify", "--all", "--output", "json")
        self.assertEqual(done.code, 23)
        self.assertEqual([one["id"] for one in done.json["proven"]], [whole])
        self.assertEqual([one["id"] for one in done.json["failed"]], [self.backup])
        self.assertEqual(done.json["error"]["message"], "1 of 2 backups could not be proven; the lines above say why.")

    def test_one_that_is_removed_is_gone(self):
        self.assertEqual(self.json("backups", "--remove", self.backup[:20])["removed"], [self.backup])
        self.assert_nothing_left()
        self.assertEqual(self.json("backups"), {"backups": [], "damaged": []})
        self.assertEqual(self.refused(2, "Usage", "verify")["message"], 'there is no backup in backups. "migrator backup" takes one.')

    def test_a_damaged_one_can_be_removed(self):
        self.flip("manifest.json", 3)
        self.assertEqual(self.json("backups", "--remove", self.backup)["removed"], [self.backup])
        self.assert_nothing_left()


on_both(globals(), Verifying)

if __name__ == "__main__":
    unittest.main()
