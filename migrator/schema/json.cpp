#include "migrator/schema/json.h"

#include <optional>

#include <nlohmann/json.hpp>

namespace migrator::schema {

namespace {

using nlohmann::json;

constexpr int kFormat = 1;

void append(std::string &out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append(std::string &out, const std::vector<std::string> &texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) out += ',';
    append(out, texts[i]);
  }
  out += ']';
}

void append(std::string &out, const ObjectId &id) {
  append(out, std::vector<std::string>{std::string(name(id.kind)), id.schema, id.relation, id.name});
}

void append(std::string &out, const Object &object) {
  out += "{\"id\":";
  append(out, object.id);
  if (!object.attributes.empty()) {
    out += ",\"attributes\":{";
    bool first = true;
    for (const auto &[attribute, value] : object.attributes) {
      if (!first) out += ',';
      first = false;
      append(out, name(attribute));
      out += ':';
      append(out, value);
    }
    out += '}';
  }
  if (!object.needs.empty()) {
    out += ",\"needs\":[";
    for (std::size_t i = 0; i < object.needs.size(); ++i) {
      if (i != 0) out += ',';
      append(out, object.needs[i]);
    }
    out += ']';
  }
  out += '}';
}

template <typename Enum> std::optional<Enum> named(const std::string &text, Enum last) {
  for (int value = 0; value <= static_cast<int>(last); ++value)
    if (name(static_cast<Enum>(value)) == text) return static_cast<Enum>(value);
  return std::nullopt;
}

std::vector<std::string> texts_of(json &array) {
  std::vector<std::string> out;
  out.reserve(array.size());
  for (json &item : array.get_ref<json::array_t &>()) out.push_back(std::move(item.get_ref<std::string &>()));
  return out;
}

struct Unknown {
  std::string what;
};

ObjectId id_of(json &array) {
  std::vector<std::string> texts = texts_of(array);
  const std::optional<Kind> kind = texts.size() == 4 ? named(texts[0], Kind::Trigger) : std::nullopt;
  if (!kind) throw Unknown{texts.empty() ? "an object without a kind" : "the kind " + texts[0]};
  return {*kind, std::move(texts[1]), std::move(texts[2]), std::move(texts[3])};
}

Object object_of(json &from) {
  Object object;
  object.id = id_of(from.at("id"));
  if (const auto attributes = from.find("attributes"); attributes != from.end()) {
    for (auto &[key, value] : attributes->get_ref<json::object_t &>()) {
      const std::optional<Attribute> attribute = named(key, Attribute::Text);
      if (!attribute) throw Unknown{"the attribute " + key};
      object.attributes.emplace(*attribute, texts_of(value));
    }
  }
  if (const auto needs = from.find("needs"); needs != from.end())
    for (json &id : needs->get_ref<json::array_t &>()) object.needs.push_back(id_of(id));
  return object;
}

// The document without its objects: each is taken as soon as it is read, for a tree of them all is many times as large as what they say.
json parse_but_objects(std::string_view text, std::vector<Object> &objects) {
  constexpr int kMember = 1; // depths within the document
  constexpr int kElement = 2;
  std::string member;
  bool ours = true;
  json document = json::parse(text, [&](int depth, json::parse_event_t event, json &parsed) {
    if (depth == kMember && event == json::parse_event_t::key) member = parsed.get<std::string>();
    if (depth == kMember && event == json::parse_event_t::value && member == "format") ours = parsed == kFormat;
    if (depth != kElement || event != json::parse_event_t::object_end || member != "objects") return true;
    if (ours) objects.push_back(object_of(parsed));
    return false;
  });
  for (json &no_object : document.at("objects").get_ref<json::array_t &>()) objects.push_back(object_of(no_object)); // throws
  return document;
}

tl::unexpected<Error> unreadable(const std::string &why) {
  return fail(ErrorCode::InvalidConfiguration,
              "this is no snapshot of this migrator: " + why + ". Write it again with `migrator check --write-snapshot FILE`.");
}

} // namespace

std::string to_json(const Stored &stored) {
  std::string out = "{\"format\":" + std::to_string(kFormat) + ",\"tool\":";
  append(out, stored.tool);
  out += ",\"server\":";
  append(out, stored.server);
  out += ",\"dialect\":";
  append(out, migrator::name(stored.schema.dialect));
  out += ",\"heads\":";
  append(out, stored.heads);
  out += ",\"unknown\":";
  append(out, stored.schema.unknown);
  out += ",\"objects\":[";
  for (std::size_t i = 0; i < stored.schema.objects.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    append(out, stored.schema.objects[i]);
  }
  return out + "\n]}\n";
}

Result<Stored> stored_from_json(std::string_view text) {
  try {
    Stored stored;
    json document = parse_but_objects(text, stored.schema.objects);
    if (document.at("format") != kFormat) return unreadable("its format is another");
    stored.tool = document.at("tool").get<std::string>();
    stored.server = document.at("server").get<std::string>();
    stored.heads = texts_of(document.at("heads"));
    const std::string dialect = document.at("dialect").get<std::string>();
    if (dialect != migrator::name(Dialect::Sqlite) && dialect != migrator::name(Dialect::Postgresql))
      return unreadable("it is of no database that we know");
    stored.schema.dialect = dialect == migrator::name(Dialect::Sqlite) ? Dialect::Sqlite : Dialect::Postgresql;
    stored.schema.unknown = texts_of(document.at("unknown"));
    normalise(stored.schema);
    return stored;
  } catch (const json::exception &) {
    return unreadable("it is not the JSON that it should be");
  } catch (const Unknown &unknown) {
    return unreadable("it holds " + unknown.what + ", which this version does not know");
  }
}

} // namespace migrator::schema
