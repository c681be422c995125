// Backups as text and as JSON.
#include "migrator/report/backup_report.h"

#include <gtest/gtest.h>

namespace migrator::report {
namespace {

backup::Manifest first() {
  backup::Manifest manifest;
  manifest.id = "20261122T171203Z-3f9a2b1c";
  manifest.created_at = "2026-11-22T17:12:03.500Z";
  manifest.reason = backup::Reason::BeforeRun;
  manifest.run_id = "r1";
  manifest.tool_version = "0.1.0";
  manifest.dumped.identity = {"PostgreSQL", "shop", "7"};
  manifest.dumped.histories = {{{"public", "migrator_version"}, {"a1", "b2"}, 7}};
  manifest.bytes = 1'234'567;
  manifest.sha256 = "abc";
  manifest.proof = database::Proof::Restore;
  manifest.proved_at = "2026-11-22T17:12:04.000Z";
  return manifest;
}

TEST(BackupReport, ADocument) {
  EXPECT_EQ(backup_document(first(), "/backups/20261122T171203Z-3f9a2b1c").dump(),
            R"({"id":"20261122T171203Z-3f9a2b1c","created_at":"2026-11-22T17:12:03.500Z","reason":"before_run","run_id":"r1",)"
            R"("database":{"product":"PostgreSQL","name":"shop"},)"
            R"("histories":[{"schema":"public","table":"migrator_version","heads":["a1","b2"]}],)"
            R"("folder":"/backups/20261122T171203Z-3f9a2b1c","bytes":1234567,"sha256":"abc","verified":"restore",)"
            R"("verified_at":"2026-11-22T17:12:04.000Z","tool_version":"0.1.0"})");
}

TEST(BackupReport, WhatIsNotKnownIsNull) {
  backup::Manifest manifest = first();
  manifest.run_id = manifest.proved_at = "";
  manifest.proof = database::Proof::None;
  const nlohmann::ordered_json document = backup_document(manifest, "/b");
  EXPECT_TRUE(document["run_id"].is_null());
  EXPECT_TRUE(document["verified_at"].is_null());
  EXPECT_EQ(document["verified"], "none");
}

TEST(BackupReport, ATableWithTheDamagedBelow) {
  backup::Manifest second = first();
  second.id = "20261122T181203Z-00000001";
  second.created_at = "2026-11-22T18:12:03.500Z";
  second.reason = backup::Reason::Asked;
  second.proof = database::Proof::None;
  second.bytes = 999;
  second.dumped.histories = {};
  second.dumped.identity.name = "sh\xc3\xb6p\x1b[31m";
  EXPECT_EQ(backups_text({second, first()}, {"20261122T161203Z-00000002: manifest.json is missing"}, {}),
            "ID                         TAKEN (UTC)          WHY           HEADS  SIZE    PROVEN      DATABASE\n"
            "20261122T181203Z-00000001  2026-11-22 18:12:03  asked for     none   999 B   not proven  sh\xc3\xb6p [31m\n"
            "20261122T171203Z-3f9a2b1c  2026-11-22 17:12:03  before a run  a1,b2  1.2 MB  restore     shop\n"
            "damaged 20261122T161203Z-00000002: manifest.json is missing\n");
}

TEST(BackupReport, OfNothingIsNothing) {
  EXPECT_EQ(backups_text({}, {}, {}), "");
  EXPECT_EQ(backups_text({}, {"x: y"}, {}), "damaged x: y\n");
}

} // namespace
} // namespace migrator::report
