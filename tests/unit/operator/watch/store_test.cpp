// The store: what is found after lists and events, and which changes they make.
#include "operator/watch/store.h"

#include <gtest/gtest.h>

namespace {

using namespace controller;
using watch::Store;

kube::Json object(const std::string &name_space, const std::string &name, const std::string &version) {
  return {{"metadata", {{"namespace", name_space}, {"name", name}, {"resourceVersion", version}}}};
}

std::vector<std::string> names(const std::vector<watch::Change> &changes) {
  std::vector<std::string> all;
  for (const auto &change : changes)
    all.push_back((change.before ? (change.after ? "~" : "-") : "+") + change.name.name_space + "/" + change.name.name);
  return all;
}

using Names = std::vector<std::string>;

TEST(Store, AbsenceMeansNothingBeforeEveryNamespaceWasListed) {
  Store store(2);
  EXPECT_FALSE(store.synced());
  store.replace({}, "a");
  store.replace({}, "a");
  EXPECT_FALSE(store.synced());
  store.replace({}, "b");
  EXPECT_TRUE(store.synced());
}

TEST(Store, AListAnswersWithWhatIsNewChangedAndGone) {
  Store store;
  EXPECT_EQ(names(store.replace({object("a", "one", "1"), object("a", "two", "1"), object("b", "three", "1")})),
            (Names{"+a/one", "+a/two", "+b/three"}));
  EXPECT_EQ(names(store.replace({object("a", "two", "2"), object("b", "three", "1"), object("b", "four", "9")})),
            (Names{"-a/one", "~a/two", "+b/four"}));
  EXPECT_EQ(store.size(), 3U);
}

TEST(Store, AListOfOneNamespaceLeavesTheOthersAlone) {
  Store store(2);
  store.replace({object("a", "one", "1")}, "a");
  store.replace({object("b", "two", "1")}, "b");
  EXPECT_EQ(names(store.replace({}, "a")), (Names{"-a/one"}));
  EXPECT_NE(store.find({"b", "two"}), nullptr);
  EXPECT_EQ(store.all("b").size(), 1U);
  EXPECT_EQ(store.all("a").size(), 0U);
}

TEST(Store, TheSameVersionIsNoChange) {
  Store store;
  EXPECT_TRUE(store.put(object("a", "one", "1")));
  EXPECT_FALSE(store.put(object("a", "one", "1")));
  const auto change = store.put(object("a", "one", "2"));
  ASSERT_TRUE(change);
  EXPECT_EQ(watch::version_of(*change->before), "1");
  EXPECT_EQ(watch::version_of(*change->after), "2");
}

TEST(Store, WhatWentIsKnownToWhomItConcerned) {
  Store store;
  store.put(object("a", "one", "1"));
  const auto change = store.erase({"a", "one"});
  ASSERT_TRUE(change);
  EXPECT_EQ(watch::version_of(*change->before), "1");
  EXPECT_EQ(change->after, nullptr);
  EXPECT_FALSE(store.erase({"a", "one"}));
}

TEST(Store, NamespacesThatAreEachOthersBeginningsAreKeptApart) {
  Store store;
  store.replace({object("a", "z", "1"), object("a-b", "y", "1"), object("ab", "x", "1")});
  EXPECT_EQ(store.all("a").size(), 1U);
  EXPECT_EQ(store.all().size(), 3U);
}

} // namespace
