#include "migrator/schema/json.h"

namespace migrator::schema {

namespace {

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

} // namespace

std::string to_json(const Stored &stored) {
  std::string out = "{\"format\":" + std::to_string(kStoredFormat) + ",\"tool\":";
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

} // namespace migrator::schema
