// stored_from_json of json.h. Objects are made while the text is read: a tree of the whole text is many times as large as what it says.
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/schema/json.h"

namespace migrator::schema {

namespace {

using nlohmann::json;

constexpr const char *kMalformed = "it is not the JSON that it should be";

template <typename Enum> std::optional<Enum> named(const std::string &text, Enum last) {
  for (int value = 0; value <= static_cast<int>(last); ++value)
    if (name(static_cast<Enum>(value)) == text) return static_cast<Enum>(value);
  return std::nullopt;
}

// Hears what the parser reads, in its order; nlohmann's SAX interface, whose functions give false to end the reading.
class StoredReader : public nlohmann::json_sax<json> {
public:
  explicit StoredReader(Stored &into) : into_(into) {}

  // Why the text cannot be used; nullopt if all of it was read and is there.
  std::optional<std::string> problem() const {
    if (!problem_.empty()) return problem_;
    for (const bool found : {format_, tool_, server_, dialect_, heads_, unknown_, objects_})
      if (!found) return kMalformed;
    return std::nullopt;
  }

  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool number_integer(std::int64_t number) override { return at_format() ? format(number == kStoredFormat) : scalar(); }
  bool number_unsigned(std::uint64_t number) override { return at_format() ? format(number == kStoredFormat) : scalar(); }
  bool number_float(double number, const std::string &) override {
    return at_format() ? format(number == kStoredFormat) : scalar();
  }
  bool binary(json::binary_t &) override { return scalar(); }

  bool string(std::string &text) override {
    if (at() == Place::Texts) {
      texts_.push_back(std::move(text));
      return true;
    }
    if (at() != Place::Document) return scalar();
    if (key_ == "tool") return take(into_.tool, text, tool_);
    if (key_ == "server") return take(into_.server, text, server_);
    if (key_ == "dialect") return dialect(text);
    return scalar();
  }

  bool key(std::string &key) override {
    key_ = std::move(key);
    if (at() != Place::Attributes) return true;
    const std::optional<Attribute> known = named(key_, Attribute::Text);
    if (!known) return stop("it holds the attribute " + key_ + ", which this version does not know");
    attribute_ = *known;
    return true;
  }

  bool start_object(std::size_t) override {
    if (places_.empty()) return enter(Place::Document);
    if (at() == Place::Objects) {
      object_ = Object();
      identified_ = false;
      return enter(Place::Object);
    }
    if (at() == Place::Object && key_ == "attributes") return enter(Place::Attributes);
    return enter_unknown();
  }

  bool start_array(std::size_t) override {
    if (places_.empty()) return stop(kMalformed);
    if (at() == Place::Document && key_ == "objects") return enter(Place::Objects);
    if (at() == Place::Object && key_ == "needs") return enter(Place::Needs);
    const bool texts = at() == Place::Document ? key_ == "heads" || key_ == "unknown"
                       : at() == Place::Object ? key_ == "id"
                                               : at() == Place::Attributes || at() == Place::Needs;
    if (!texts) return enter_unknown();
    texts_.clear();
    return enter(Place::Texts);
  }

  bool end_object() override {
    const Place ended = leave();
    if (ended != Place::Object) return true;
    if (!identified_) return stop(kMalformed);
    into_.schema.objects.push_back(std::move(object_));
    return true;
  }

  bool end_array() override {
    const Place ended = leave();
    if (ended == Place::Objects) objects_ = true;
    return ended != Place::Texts || texts_ended();
  }

  bool parse_error(std::size_t, const std::string &, const json::exception &) override { return stop(kMalformed); }

private:
  enum class Place : std::uint8_t { Document, Objects, Object, Attributes, Needs, Texts, Unknown };

  Place at() const { return places_.empty() ? Place::Unknown : places_.back(); }
  bool at_format() const { return at() == Place::Document && key_ == "format"; }
  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }
  Place leave() {
    const Place left = places_.back();
    places_.pop_back();
    return left;
  }
  bool stop(std::string why) {
    problem_ = std::move(why);
    return false;
  }

  // A member that we do not know may hold anything; where one of ours should be, nothing else may.
  bool free_here() const {
    if (at() == Place::Unknown) return !places_.empty();
    if (at() == Place::Document)
      for (const char *ours : {"format", "tool", "server", "dialect", "heads", "unknown", "objects"})
        if (key_ == ours) return false;
    if (at() == Place::Object) return key_ != "id" && key_ != "attributes" && key_ != "needs";
    return at() == Place::Document;
  }
  bool scalar() { return free_here() || stop(kMalformed); }
  bool enter_unknown() { return free_here() ? enter(Place::Unknown) : stop(kMalformed); }

  bool format(bool ours) {
    format_ = true;
    return ours || stop("its format is another");
  }
  static bool take(std::string &into, std::string &text, bool &found) {
    into = std::move(text);
    return found = true;
  }
  bool dialect(const std::string &text) {
    dialect_ = true;
    for (const Dialect known : {Dialect::Sqlite, Dialect::Postgresql})
      if (text == migrator::name(known)) {
        into_.schema.dialect = known;
        return true;
      }
    return stop("it is of no database that we know");
  }

  std::optional<ObjectId> id() {
    const std::optional<Kind> kind = texts_.size() == 4 ? named(texts_[0], Kind::Trigger) : std::nullopt;
    if (!kind) {
      stop("it holds " + (texts_.empty() ? "an object without a kind" : "the kind " + texts_[0]) +
           ", which this version does not know");
      return std::nullopt;
    }
    return ObjectId{*kind, std::move(texts_[1]), std::move(texts_[2]), std::move(texts_[3])};
  }

  Value moved() { return {std::make_move_iterator(texts_.begin()), std::make_move_iterator(texts_.end())}; }

  bool texts_ended() {
    if (at() == Place::Attributes) {
      object_.attributes.emplace(attribute_, moved());
      return true;
    }
    if (at() == Place::Document) {
      const bool heads = key_ == "heads";
      (heads ? heads_ : unknown_) = true;
      (heads ? into_.heads : into_.schema.unknown) = moved();
      return true;
    }
    std::optional<ObjectId> read = id();
    if (!read) return false;
    if (at() == Place::Needs) {
      object_.needs.push_back(std::move(*read));
    } else {
      object_.id = std::move(*read);
      identified_ = true;
    }
    return true;
  }

  Stored &into_;
  std::vector<Place> places_;      // what is open, outermost first
  std::string key_;                // the last that was read
  std::vector<std::string> texts_; // of the last array of texts; its room is used again
  Object object_;
  Attribute attribute_ = Attribute::Type;
  bool identified_ = false;
  bool format_ = false, tool_ = false, server_ = false, dialect_ = false, heads_ = false, unknown_ = false, objects_ = false;
  std::string problem_;
};

} // namespace

Result<Stored> stored_from_json(std::string_view text) {
  Stored stored;
  StoredReader reader(stored);
  json::sax_parse(text, &reader);
  if (const std::optional<std::string> why = reader.problem())
    return fail(ErrorCode::InvalidConfiguration, "this is no snapshot of this migrator: " + *why +
                                                     ". Write it again with `migrator check --write-snapshot FILE`.");
  normalise(stored.schema);
  return stored;
}

} // namespace migrator::schema
