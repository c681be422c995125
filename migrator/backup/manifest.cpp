// See manifest.h. Members are only added to format 1, and what is added may be missing.
#include "migrator/backup/manifest.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace migrator::backup {

namespace {

using nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr std::size_t kIdLength = 25; // 20261122T171203Z-3f9a2b1c

constexpr std::array kReasons{std::pair{Reason::Asked, std::string_view("asked")},
                              std::pair{Reason::BeforeRun, std::string_view("before_run")},
                              std::pair{Reason::Displaced, std::string_view("displaced")}};
constexpr std::array kProofs{std::pair{database::Proof::None, std::string_view("none")},
                             std::pair{database::Proof::Archive, std::string_view("archive")},
                             std::pair{database::Proof::Restore, std::string_view("restore")}};

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// A string member; what is not UTF-8 (a path, a table of SQLite's) becomes {"hex": "…"}.
ordered_json text_json(const std::string &text) {
  try {
    const ordered_json value = text;
    (void)value.dump();
    return value;
  } catch (const ordered_json::type_error &) {
    std::string hex;
    for (const char c : text) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return {{"hex", hex}};
  }
}

// Reads members, and keeps the name of the first that is missing or of another type.
class Reader {
public:
  explicit Reader(const ordered_json &object, std::string path = {}) : object_(object), path_(std::move(path)) {}

  const std::string &wrong() const { return wrong_; }
  bool well() const { return wrong_.empty(); }
  void blame(const std::string &member) {
    if (wrong_.empty()) wrong_ = path_ + member;
  }
  void blame(const Reader &part) {
    if (wrong_.empty()) wrong_ = part.wrong_;
  }

  const ordered_json *member(const char *name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }

  std::string text(const char *name) {
    const ordered_json *value = member(name);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    if (std::optional<std::string> bytes = value == nullptr ? std::nullopt : bytes_of(*value)) return *bytes;
    blame(name);
    return {};
  }

  std::int64_t number(const char *name) {
    const ordered_json *value = member(name);
    if (value != nullptr && value->is_number_integer() && *value >= 0) return value->get<std::int64_t>();
    blame(name);
    return 0;
  }

  bool yes(const char *name) {
    const ordered_json *value = member(name);
    if (value != nullptr && value->is_boolean()) return value->get<bool>();
    blame(name);
    return false;
  }

  Reader part(const char *name) {
    static const ordered_json nothing;
    const ordered_json *value = member(name);
    if (value == nullptr || !value->is_object()) blame(name);
    return Reader(value == nullptr ? nothing : *value, path_ + name + ".");
  }

  // Calls `each` with a reader of every entry.
  template <typename Each> void list(const char *name, Each each) {
    const ordered_json *value = member(name);
    if (value == nullptr || !value->is_array()) return blame(name);
    for (const ordered_json &entry : *value) {
      Reader reader(entry, path_ + name + "[].");
      each(reader);
      if (!reader.well()) return blame(reader);
    }
  }

  template <typename Value, std::size_t n>
  Value one_of(const char *name, const std::array<std::pair<Value, std::string_view>, n> &known) {
    const std::string found = text(name);
    for (const auto &[value, spelling] : known)
      if (spelling == found) return value;
    blame(name);
    return known.front().first;
  }

  const ordered_json &json() const { return object_; }

private:
  static std::optional<std::string> bytes_of(const ordered_json &value) {
    if (!value.is_object() || value.size() != 1 || !value.contains("hex") || !value["hex"].is_string()) return std::nullopt;
    const auto hex = value["hex"].get<std::string>();
    if (hex.size() % 2 != 0 || !is_lower_hex(hex)) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
  }

  const ordered_json &object_;
  std::string path_;
  std::string wrong_;
};

ordered_json contents_json(const std::optional<database::Contents> &contents) {
  if (!contents) return nullptr;
  ordered_json list = ordered_json::array();
  for (const database::ContentEntry &entry : contents->entries)
    list.push_back({{"kind", entry.kind},
                    {"name", text_json(entry.name)},
                    {"rows", entry.rows},
                    {"hash", entry.hash},
                    {"ours", entry.ours}});
  return list;
}

ordered_json histories_json(const std::vector<database::HistoryMark> &histories) {
  ordered_json list = ordered_json::array();
  for (const database::HistoryMark &mark : histories)
    list.push_back({{"schema", text_json(mark.name.schema)},
                    {"table", text_json(mark.name.table)},
                    {"heads", mark.heads},
                    {"last_entry", mark.last_entry}});
  return list;
}

database::Dumped read_dumped(Reader &reader, Reader &dump) {
  database::Dumped dumped;
  dumped.file = dump.text("file");
  if (dumped.file.empty() || dumped.file.front() == '.' || dumped.file.find_first_of("/\n") != std::string::npos)
    dump.blame("file");

  Reader database = reader.part("database");
  dumped.identity = {database.text("product"), database.text("name"), database.text("server")};
  reader.blame(database);

  Reader versions = reader.part("versions");
  if (versions.well() && versions.json().is_object())
    for (const auto &[tool, version] : versions.json().items())
      version.is_string() ? void(dumped.versions[tool] = version.get<std::string>()) : versions.blame(tool);
  reader.blame(versions);

  reader.list("histories", [&](Reader &mark) {
    database::HistoryMark read{{mark.text("schema"), mark.text("table")}, {}, mark.number("last_entry")};
    const ordered_json *heads = mark.member("heads");
    if (heads == nullptr || !heads->is_array()) return mark.blame("heads");
    for (const ordered_json &head : *heads)
      head.is_string() ? read.heads.push_back(head.get<std::string>()) : mark.blame("heads");
    dumped.histories.push_back(std::move(read));
  });
  if (const ordered_json *contents = reader.member("contents"); contents != nullptr && contents->is_null()) return dumped;
  database::Contents contents;
  reader.list("contents", [&](Reader &entry) {
    contents.entries.push_back(
        {entry.text("kind"), entry.text("name"), entry.number("rows"), entry.text("hash"), entry.yes("ours")});
  });
  dumped.contents = std::move(contents);
  return dumped;
}

} // namespace

std::string make_id(std::chrono::system_clock::time_point now, std::uint64_t random) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z-{:08x}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), random & 0xFFFF'FFFFU);
}

std::optional<std::chrono::sys_seconds> time_of_id(std::string_view id) noexcept {
  if (id.size() != kIdLength || id[8] != 'T' || id.substr(15, 2) != "Z-" || !is_lower_hex(id.substr(17))) return std::nullopt;
  bool digits = true;
  const auto number = [&](std::size_t begin, std::size_t length) {
    int value = 0;
    for (const char c : id.substr(begin, length)) {
      digits = digits && c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)), std::chrono::month(static_cast<unsigned>(number(4, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(6, 2)))};
  const int hours = number(9, 2), minutes = number(11, 2), seconds = number(13, 2);
  if (!digits || !date.ok() || hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds);
}

std::string to_json(const Manifest &manifest) {
  const database::Dumped &dumped = manifest.dumped;
  const ordered_json json{{"format", kFormat},
                          {"id", manifest.id},
                          {"created_at", manifest.created_at},
                          {"reason", name(manifest.reason)},
                          {"run_id", text_json(manifest.run_id)},
                          {"tool_version", manifest.tool_version},
                          {"database",
                           {{"product", dumped.identity.product},
                            {"name", text_json(dumped.identity.name)},
                            {"server", text_json(dumped.identity.server)}}},
                          {"dump", {{"file", dumped.file}, {"bytes", manifest.bytes}, {"sha256", manifest.sha256}}},
                          {"proof", {{"kind", name(manifest.proof)}, {"at", manifest.proved_at}}},
                          {"versions", dumped.versions},
                          {"histories", histories_json(dumped.histories)},
                          {"contents", contents_json(dumped.contents)}};
  return json.dump(1) + "\n";
}

Result<Manifest> manifest_from_json(std::string_view json) {
  const ordered_json document = ordered_json::parse(json, nullptr, false);
  if (document.is_discarded()) return fail(ErrorCode::BackupFailed, "manifest.json is not JSON");
  Reader reader(document);
  if (const std::int64_t format = reader.number("format"); reader.well() && format > kFormat)
    return fail(ErrorCode::BackupFailed,
                fmt::format("manifest.json has format {}, and this migrator knows {}. Use a newer one.", format, kFormat));

  Manifest manifest;
  manifest.id = reader.text("id");
  if (!time_of_id(manifest.id)) reader.blame("id");
  manifest.created_at = reader.text("created_at");
  manifest.reason = reader.one_of("reason", kReasons);
  manifest.run_id = reader.text("run_id");
  manifest.tool_version = reader.text("tool_version");
  Reader dump = reader.part("dump");
  manifest.dumped = read_dumped(reader, dump);
  manifest.bytes = dump.number("bytes");
  manifest.sha256 = dump.text("sha256");
  if (manifest.sha256.size() != 64 || !is_lower_hex(manifest.sha256)) dump.blame("sha256");
  reader.blame(dump);
  Reader proof = reader.part("proof");
  manifest.proof = proof.one_of("kind", kProofs);
  manifest.proved_at = proof.text("at");
  reader.blame(proof);
  if (!reader.well())
    return fail(ErrorCode::BackupFailed, fmt::format("manifest.json: \"{}\" is missing, or not what it must be", reader.wrong()));
  return manifest;
}

std::string_view name(Reason reason) noexcept {
  for (const auto &[value, spelling] : kReasons)
    if (value == reason) return spelling;
  return {};
}

std::string_view name(database::Proof proof) noexcept {
  for (const auto &[value, spelling] : kProofs)
    if (value == proof) return spelling;
  return {};
}

} // namespace migrator::backup
