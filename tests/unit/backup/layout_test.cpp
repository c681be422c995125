// Names in the folder of backups.
#include "migrator/backup/layout.h"

#include <gtest/gtest.h>

namespace migrator::backup {
namespace {

constexpr const char *kId = "20261122T171203Z-3f9a2b1c";

TEST(Layout, ADraftIsKnownByItsName) {
  EXPECT_EQ(draft_name(kId), ".20261122T171203Z-3f9a2b1c.partial");
  EXPECT_EQ(id_of_draft(draft_name(kId)), kId);
  EXPECT_EQ(id_of_removed(removed_name(kId)), kId);
  EXPECT_FALSE(id_of_draft(removed_name(kId)));
  for (const char *other :
       {"", ".", "..", ".partial", kId, ".mine.partial", ".20261122T171203Z-3f9a2b1c", "x20261122T171203Z-3f9a2b1c.partial"})
    EXPECT_FALSE(id_of_draft(other)) << other;
}

TEST(Layout, SumsAreWhatSha256sumPrints) {
  EXPECT_EQ(sums_text("database.dump", std::string(64, '0'), "abc"),
            "0000000000000000000000000000000000000000000000000000000000000000  database.dump\n"
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  manifest.json\n");
}

} // namespace
} // namespace migrator::backup
