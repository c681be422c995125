#include "migrator/database/contents.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace migrator::database {

namespace {

using ByName = std::map<std::pair<std::string, std::string>, const ContentEntry *>;

ByName by_name(const Contents &contents, bool without_ours) {
  ByName found;
  for (const ContentEntry &entry : contents.entries)
    if (!(without_ours && entry.ours)) found.emplace(std::pair(entry.kind, entry.name), &entry);
  return found;
}

std::string changed(const ContentEntry &wanted, const ContentEntry &found) {
  if (wanted.kind == "definition") return fmt::format("{} is defined otherwise", wanted.name);
  if (wanted.rows != found.rows)
    return fmt::format("{} has {} row{} and not {}", wanted.name, found.rows, found.rows == 1 ? "" : "s", wanted.rows);
  return fmt::format("{} has other contents", wanted.name);
}

} // namespace

std::vector<std::string> differences(const Contents &wanted, const Contents &found, bool without_ours, std::size_t limit) {
  const ByName here = by_name(wanted, without_ours);
  const ByName there = by_name(found, without_ours);
  std::vector<std::string> sentences;
  std::size_t more = 0;
  const auto say = [&](std::string sentence) {
    if (sentences.size() < limit)
      sentences.push_back(std::move(sentence));
    else
      ++more;
  };
  for (const auto &[key, entry] : here) {
    const auto other = there.find(key);
    if (other == there.end())
      say(fmt::format("{} is missing{}", entry->name, entry->kind == "rows" ? ", with its rows" : ""));
    else if (entry->rows != other->second->rows || entry->hash != other->second->hash)
      say(changed(*entry, *other->second));
  }
  for (const auto &[key, entry] : there)
    if (!here.contains(key)) say(fmt::format("{} is there and should not be", entry->name));
  if (more > 0) sentences.push_back(fmt::format("and {} more", more));
  return sentences;
}

} // namespace migrator::database
