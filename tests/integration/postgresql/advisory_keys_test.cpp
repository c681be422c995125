// The keys are a contract between versions: their numbers must not change.
#include "migrator/database/postgresql/advisory_keys.h"

#include <gtest/gtest.h>

namespace migrator::database::postgresql {
namespace {

// FNV-1a by its definition, written apart.
std::int64_t fnv1a(const std::string &bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::int64_t>(hash);
}

TEST(AdvisoryKeys, AreTheHashesOfTheirNames) {
  using namespace std::string_literals;
  const auto keys = advisory_keys("public", "migrator_version");
  EXPECT_EQ(keys.database, fnv1a("migrator database\0\0"s));
  EXPECT_EQ(keys.history, fnv1a("migrator history\0public\0migrator_version"s));
  EXPECT_EQ(keys.worker, fnv1a("migrator worker\0public\0migrator_version"s));
  EXPECT_NE(keys.history, advisory_keys("public", "other").history);
  EXPECT_NE(advisory_keys("a", "bc").worker, advisory_keys("ab", "c").worker);
}

TEST(AdvisoryKeys, AreFoundInPgLocks) {
  EXPECT_EQ(in_pg_locks(1), "l.classid = 0 AND l.objid = 1 AND l.objsubid = 1");
  EXPECT_EQ(in_pg_locks(-1), "l.classid = 4294967295 AND l.objid = 4294967295 AND l.objsubid = 1");
}

TEST(HolderMark, SaysWhoAndWhichRun) {
  const std::string mark = holder_mark("anna@laptop */ DROP", "run 1%");
  EXPECT_EQ(mark, "/* migrator who=anna%40laptop%20%2A%2F%20DROP run=run%201%25 */ ");
  const auto holder = read_holder(mark + "SELECT 1", "psql", "app", "12", "2026-01-01T00:00:00Z");
  EXPECT_EQ(holder.who, "anna@laptop */ DROP (pid 12)");
  EXPECT_EQ(holder.run_id, "run 1%");
  EXPECT_EQ(holder.since, "2026-01-01T00:00:00Z");
}

TEST(HolderMark, WithoutItTheNextBestIsTold) {
  EXPECT_EQ(read_holder("<insufficient privilege>", "migrator bert@pod", "app", "7", "").who, "migrator bert@pod (pid 7)");
  EXPECT_EQ(read_holder("", "", "app", "7", "").who, "a session of role app (pid 7)");
}

} // namespace
} // namespace migrator::database::postgresql
