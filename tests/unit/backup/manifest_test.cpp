// The manifest as text: what is written is read again, and nothing else is.
#include "migrator/backup/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace migrator::backup {
namespace {

Manifest whole() {
  Manifest manifest;
  manifest.id = "20261122T171203Z-3f9a2b1c";
  manifest.created_at = "2026-11-22T17:12:03.500Z";
  manifest.reason = Reason::BeforeRun;
  manifest.run_id = "r1";
  manifest.tool_version = "0.1.0";
  manifest.dumped.file = "database.sqlite";
  manifest.dumped.identity = {"SQLite", "/data/shop.db", ""};
  manifest.dumped.versions = {{"server", "3.40.1"}};
  manifest.dumped.contents = database::Contents{{{"definition", "TABLE t", 0, "ab", false}, {"rows", "TABLE t", 3, "cd", true}}};
  manifest.dumped.histories = {{{"main", "migrator_version"}, {"a1", "b2"}, 7}};
  manifest.bytes = 4096;
  manifest.sha256 = std::string(64, 'a');
  manifest.proof = database::Proof::Archive;
  manifest.proved_at = "2026-11-22T17:12:04.000Z";
  return manifest;
}

TEST(Manifest, LooksLikeThis) {
  EXPECT_EQ(to_json(whole()), R"({
 "format": 1,
 "id": "20261122T171203Z-3f9a2b1c",
 "created_at": "2026-11-22T17:12:03.500Z",
 "reason": "before_run",
 "run_id": "r1",
 "tool_version": "0.1.0",
 "database": {
  "product": "SQLite",
  "name": "/data/shop.db",
  "server": ""
 },
 "dump": {
  "file": "database.sqlite",
  "bytes": 4096,
  "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
 },
 "proof": {
  "kind": "archive",
  "at": "2026-11-22T17:12:04.000Z"
 },
 "versions": {
  "server": "3.40.1"
 },
 "histories": [
  {
   "schema": "main",
   "table": "migrator_version",
   "heads": [
    "a1",
    "b2"
   ],
   "last_entry": 7
  }
 ],
 "contents": [
  {
   "kind": "definition",
   "name": "TABLE t",
   "rows": 0,
   "hash": "ab",
   "ours": false
  },
  {
   "kind": "rows",
   "name": "TABLE t",
   "rows": 3,
   "hash": "cd",
   "ours": true
  }
 ]
}
)");
}

TEST(Manifest, WithoutContentsTheyAreNull) {
  Manifest manifest = whole();
  manifest.dumped.contents.reset();
  EXPECT_THAT(to_json(manifest), testing::HasSubstr("\"contents\": null\n"));
  const Result<Manifest> read = manifest_from_json(to_json(manifest));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->dumped.contents);
}

// Table names and paths of SQLite's are bytes; what they are must outlast the file, or the comparison of a restore finds a difference.
RC_GTEST_PROP(ManifestProperty, WhatIsWrittenIsReadAgainEvenNamesThatAreNotUtf8,
              (const std::string &name, const std::string &path)) {
  Manifest manifest = whole();
  manifest.dumped.identity.name = path;
  manifest.dumped.contents->entries[1].name = name;
  manifest.dumped.contents->entries[1].rows = *rc::gen::nonNegative<std::int64_t>();
  manifest.dumped.histories[0].name.table = name;
  manifest.dumped.histories[0].last_entry = *rc::gen::nonNegative<std::int64_t>();
  manifest.bytes = *rc::gen::nonNegative<std::int64_t>();
  manifest.reason = *rc::gen::element(Reason::Asked, Reason::BeforeRun, Reason::Displaced);
  manifest.proof = *rc::gen::element(database::Proof::None, database::Proof::Archive, database::Proof::Restore);
  const Result<Manifest> read = manifest_from_json(to_json(manifest));
  RC_ASSERT(read.has_value());
  RC_ASSERT(to_json(*read) == to_json(manifest));
  RC_ASSERT(read->dumped.identity == manifest.dumped.identity);
  RC_ASSERT(read->dumped.contents->entries[1].name == name);
  RC_ASSERT(read->dumped.contents->entries[1].rows == manifest.dumped.contents->entries[1].rows);
  RC_ASSERT(read->dumped.histories[0].name.table == name);
  RC_ASSERT(read->reason == manifest.reason);
  RC_ASSERT(read->proof == manifest.proof);
}

TEST(Manifest, BytesThatAreNotUtf8AreKept) {
  Manifest manifest = whole();
  manifest.dumped.identity.name = "/data/\xff.db";
  EXPECT_THAT(to_json(manifest), testing::HasSubstr("\"hex\": \"2f646174612fff2e6462\""));
  EXPECT_EQ(manifest_from_json(to_json(manifest))->dumped.identity.name, "/data/\xff.db");
}

TEST(Manifest, ANewerFormatIsNotGuessedAt) {
  std::string json = to_json(whole());
  json.replace(json.find("\"format\": 1"), 11, "\"format\": 2");
  const Result<Manifest> read = manifest_from_json(json);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(read.error().message, "manifest.json has format 2, and this migrator knows 1. Use a newer one.");
}

TEST(Manifest, WhatIsNoJsonIsTold) {
  for (const char *text : {"", "{", "\x00\x01"}) {
    const Result<Manifest> read = manifest_from_json(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::BackupFailed);
    EXPECT_EQ(read.error().message, "manifest.json is not JSON");
  }
}

TEST(Manifest, MembersThatANewerMigratorAddsAreNoError) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(to_json(whole()));
  json["added"] = {{"later", 1}};
  EXPECT_TRUE(manifest_from_json(json.dump()));
}

// Each member in its turn missing, and of another type.
TEST(Manifest, EveryMemberIsAskedFor) {
  const nlohmann::json json = nlohmann::json::parse(to_json(whole()));
  const nlohmann::json flat = json.flatten();
  int tried = 0;
  for (const auto &[pointer, value] : flat.items()) {
    for (const bool missing : {true, false}) {
      nlohmann::json changed = json;
      const nlohmann::json::json_pointer at(pointer);
      if (missing && changed[at.parent_pointer()].is_array()) continue; // a shorter list is a list
      if (missing && pointer.rfind("/versions/", 0) == 0) continue;     // any tool may be there or not
      if (missing)
        changed[at.parent_pointer()].erase(at.back());
      else
        changed[at] = nlohmann::json::array({nullptr});
      const Result<Manifest> read = manifest_from_json(changed.dump());
      EXPECT_FALSE(read) << pointer << (missing ? " missing" : " changed");
      ++tried;
      if (read) continue;
      EXPECT_THAT(read.error().message, testing::EndsWith("\" is missing, or not what it must be"));
    }
  }
  EXPECT_GT(tried, 40);
  for (const char *part : {"database", "dump", "proof", "versions", "histories", "contents"}) {
    nlohmann::json changed = json;
    changed.erase(part);
    const Result<Manifest> read = manifest_from_json(changed.dump());
    ASSERT_FALSE(read) << part;
    EXPECT_EQ(read.error().message, std::string("manifest.json: \"") + part + "\" is missing, or not what it must be");
  }
}

struct WrongValue {
  std::string name, from, to, blamed;
};
class Wrong : public testing::TestWithParam<WrongValue> {};

TEST_P(Wrong, IsNamed) {
  std::string json = to_json(whole());
  const std::size_t at = json.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  json.replace(at, GetParam().from.size(), GetParam().to);
  const Result<Manifest> read = manifest_from_json(json);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "manifest.json: \"" + GetParam().blamed + "\" is missing, or not what it must be");
}

INSTANTIATE_TEST_SUITE_P(
    Manifest, Wrong,
    testing::Values(WrongValue{"DumpElsewhere", "\"database.sqlite\"", "\"../database.sqlite\"", "dump.file"},
                    WrongValue{"DumpHidden", "\"database.sqlite\"", "\".lock\"", "dump.file"},
                    WrongValue{"DumpOfTwoLines", "\"database.sqlite\"", "\"a\\nb\"", "dump.file"},
                    WrongValue{"Id", "3f9a2b1c", "3F9A2B1C", "id"}, WrongValue{"NegativeBytes", "4096", "-4096", "dump.bytes"},
                    WrongValue{"FractionOfBytes", "4096", "40.5", "dump.bytes"},
                    WrongValue{"ShortHash", "aaaa", "", "dump.sha256"}, WrongValue{"Reason", "before_run", "whim", "reason"},
                    WrongValue{"Proof", "\"archive\"", "\"hope\"", "proof.kind"},
                    WrongValue{"Rows", "\"rows\": 3", "\"rows\": \"3\"", "contents[].rows"},
                    WrongValue{"Heads", "\"b2\"", "2", "histories[].heads"}),
    [](const auto &tested) { return tested.param.name; });

TEST(Id, IsTheTimeInUtcAndEightHexDigits) {
  const auto time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(17) + std::chrono::minutes(2) +
                    std::chrono::milliseconds(3999);
  EXPECT_EQ(make_id(time, 0xFFFF'FFFF'0000'00ABU), "20261122T170203Z-000000ab");
  EXPECT_EQ(time_of_id("20261122T170203Z-000000ab"), std::chrono::floor<std::chrono::seconds>(time));
}

TEST(Id, OthersAreNone) {
  for (const char *text :
       {"", "20261122T170203Z-000000a", "20261122T170203Z-000000abc", "20261122T170203Z-000000AB", "20261322T170203Z-000000ab",
        "20260230T170203Z-000000ab", "20261122T240203Z-000000ab", "20261122T176003Z-000000ab", "2026112xT170203Z-000000ab",
        "20261122 170203Z-000000ab", "20261122T170203Z_000000ab", "../../../../../../../etc"})
    EXPECT_FALSE(time_of_id(text)) << text;
}

} // namespace
} // namespace migrator::backup
