// A JSON object read field by field into values. What is absent or null leaves the value as it is, for it holds the default; what is of
// the wrong kind becomes the one fault that is kept, the first. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operator/api/migration.h"
#include "operator/api/migration_json.h"

namespace controller::api {

// The words of an enum on the wire.
template <typename Enum> struct Word {
  Enum value;
  std::string_view word;
};

class JsonReader {
public:
  // `fault` outlives the reader, as does `object`. `path` is what the object is called in faults: "spec.backup".
  JsonReader(const Json &object, std::string path, std::optional<Malformed> &fault);

  void text(std::string_view key, std::string &into);
  void texts(std::string_view key, std::vector<std::string> &into);
  void flag(std::string_view key, bool &into);
  void integer(std::string_view key, std::int64_t &into, std::int64_t least, std::int64_t most);
  void integer(std::string_view key, int &into, int least, int most);
  // "30m", "1h30m", "0s", in whole units of the value.
  void duration(std::string_view key, std::chrono::seconds &into);
  void duration(std::string_view key, std::chrono::milliseconds &into);
  void time(std::string_view key, Time &into);
  void time(std::string_view key, std::optional<Time> &into);

  template <typename Enum> void word(std::string_view key, std::span<const Word<Enum>> words, Enum &into) {
    std::string given;
    text(key, given);
    if (given.empty()) return;
    std::string known;
    for (const Word<Enum> &each : words) {
      if (each.word == given) {
        into = each.value;
        return;
      }
      known += (known.empty() ? "" : &each == &words.back() ? " or " : ", ") + std::string(each.word);
    }
    fail(key, "\"" + given + "\" is not known here. Write " + known + ".");
  }

  // A member that is an object; nullopt if it is absent.
  std::optional<JsonReader> object(std::string_view key);
  // The objects of a member that is a list.
  std::vector<JsonReader> objects(std::string_view key);
  // Any value; nullptr if it is absent or null.
  const Json *member(std::string_view key) const;

  // Keeps a fault about a member, or about the object itself if `key` is empty, unless there is one already.
  void fail(std::string_view key, std::string message);
  std::string path_of(std::string_view key) const;

private:
  template <typename Unit> void duration_in(std::string_view key, Unit &into);

  const Json *object_;
  std::string path_;
  std::optional<Malformed> *fault_;
};

} // namespace controller::api
