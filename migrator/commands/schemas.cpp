// See schemas.h.
#include "migrator/commands/schemas.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/commands/backup_setup.h"
#include "migrator/commands/files.h"
#include "migrator/commands/schema_cache.h"
#include "migrator/database/drivers.h"
#include "migrator/database/schema_reader.h"
#include "migrator/ledger/read.h"
#include "migrator/models/load.h"
#include "migrator/models/references.h"
#include "migrator/schema/compare.h"
#include "migrator/script/section_text.h"
#include "migrator/script/sha256.h"

namespace migrator::commands {

namespace {

// Changes what cached schemas mean: a reader that reads more, for example.
constexpr const char *kCacheFormat = "schema cache 5";

// SQLite loads less than this faster than it is read from a file; but its time grows with the square of the number of tables.
constexpr std::size_t kWorthKeepingOfSqlite = std::size_t{64} << 10;

std::string product_and_version(const database::ServerInfo &server) {
  return server.product + " " + server.version;
}

void add(std::string &into, std::string_view text) {
  into += fmt::format("{}:", text.size());
  into += text;
}

// The schema of the history is there before the first revision, and nobody's model.
void forget_history_schema(schema::Schema &schema, const std::string &name) {
  if (name.empty()) return;
  const bool used = std::any_of(schema.objects.begin(), schema.objects.end(), [&](const schema::Object &object) {
    return object.id.kind != schema::Kind::Namespace && object.id.schema == name;
  });
  if (used) return;
  std::erase_if(schema.objects, [&](const schema::Object &object) {
    return object.id.kind == schema::Kind::Namespace && object.id.name == name;
  });
}

std::string key_of(const Files &files, const graph::RevisionMap &map, const std::vector<std::string> &ids) {
  std::string all;
  for (const std::string &id : map.ancestors(ids, true)) {
    const auto script = files.by_revision.find(id);
    if (script == files.by_revision.end()) continue;
    add(all, id);
    for (const std::string &parent : script->second->down_revisions) add(all, parent);
    for (const std::string &needed : script->second->depends_on) add(all, needed);
    std::string text;
    for (const script::Section &section : script->second->sections) script::append_section(text, section);
    add(all, text);
  }
  return all;
}

} // namespace

std::string Side::text() const {
  const std::string list = fmt::format("{}", fmt::join(of, ", "));
  if (what == "models") return "the models (" + list + ")";
  if (what == "database") return "the database (" + list + ")";
  if (what == "snapshot") return "the snapshot (" + list + ")";
  return of.empty() ? "what no revision makes (an empty database)" : "what the revisions make (at " + list + ")";
}

std::vector<Dialect> dialects_for(const Context &context, const std::vector<Dialect> &wanted) {
  if (!wanted.empty()) return wanted;
  std::vector<Dialect> out;
  if (!context.settings.models.sqlite.empty()) out.push_back(Dialect::Sqlite);
  if (!context.settings.models.postgresql.empty()) out.push_back(Dialect::Postgresql);
  if (!out.empty()) return out;
  if (context.settings.database_url) return {context.settings.database_url->dialect};
  return {context.settings.scratch_url ? Dialect::Postgresql : Dialect::Sqlite};
}

Side Schemas::finished(Side side, schema::Schema schema) const {
  forget_history_schema(schema, context_.settings.version_schema);
  side.ignored_parts = schema::ignored_parts(schema, context_.settings.ignore);
  side.schema = schema::without(std::move(schema), context_.settings.ignore);
  return side;
}

Result<const Files *> Schemas::files() {
  if (!files_) {
    Result<Files> loaded = load_files(context_);
    if (!loaded) return fail(loaded.error());
    files_ = std::move(*loaded);
  }
  return &*files_;
}

Result<const models::Models *> Schemas::read_models() {
  if (!models_) {
    const std::string &file = context_.settings.file;
    const std::string folder = file.find('/') == std::string::npos ? std::string() : file.substr(0, file.rfind('/'));
    Result<std::vector<models::Source>> sources =
        models::load(context_.settings.models, dialect_, folder, [this] { return stop_.reason().has_value(); });
    if (!sources) return fail(sources.error());
    Result<models::Models> compiled = models::compile(*sources, dialect_);
    if (!compiled) return fail(compiled.error());
    models_ = std::move(*compiled);
  }
  return &*models_;
}

Result<Connection *> Schemas::connection() {
  if (!connection_) {
    const auto &url = context_.settings.database_url;
    if (url && url->dialect != dialect_)
      return fail(ErrorCode::InvalidConfiguration,
                  fmt::format("the configured database is {}, and this compares for {}. Leave --dialect out, or name the other.",
                              name(url->dialect), name(dialect_)));
    Result<Connection> opened = connect(context_, Access::Read);
    if (!opened) return fail(opened.error());
    connection_ = std::move(*opened);
    server_ = product_and_version(connection_->database->server());
  }
  return &*connection_;
}

// The server that scratch databases are made on; asked without making one.
Result<std::string> Schemas::server() {
  if (server_) return *server_;
  if (dialect_ == Dialect::Sqlite || !context_.settings.scratch_url) return std::string();
  Result<const database::Driver *> driver = database::driver_for(dialect_);
  if (!driver) return fail(driver.error());
  database::OpenOptions options;
  options.read_only = true;
  options.who = user_name() + "@" + host_name();
  Result<std::unique_ptr<database::Database>> opened = (*driver)->open(*context_.settings.scratch_url, options);
  if (!opened) return fail(opened.error());
  server_ = product_and_version((*opened)->server());
  return *server_;
}

Result<Side> Schemas::cached(Side side, const std::string &key, const std::function<Status(Scratch &)> &fill) {
  const bool sqlite = dialect_ == Dialect::Sqlite;
  const bool keeps = !sqlite || key.size() >= kWorthKeepingOfSqlite;
  std::optional<Scratch> scratch;
  const auto open = [&]() -> Status {
    if (scratch) return {};
    Result<Scratch> opened = Scratch::open(context_, dialect_, stop_);
    if (!opened) return fail(opened.error());
    scratch.emplace(std::move(*opened));
    return {};
  };
  std::string hash;
  if (keeps) {
    // SQLite tells its version where a database is open, and there a scratch database costs next to nothing.
    if (sqlite)
      if (Status opened = open(); !opened) return fail(opened.error());
    const Result<std::string> asked = sqlite ? product_and_version(scratch->server()) : server();
    if (!asked) return fail(asked.error());
    std::string all;
    for (const std::string &text :
         {std::string(kCacheFormat), std::string(MIGRATOR_VERSION), std::string(name(dialect_)), *asked,
          context_.settings.scratch_url ? context_.settings.scratch_url->redacted : std::string(),
          context_.settings.database_url ? context_.settings.database_url->redacted : std::string(), key})
      add(all, text);
    hash = asked->empty() ? std::string() : script::sha256_hex(all);
    if (std::optional<schema::Stored> known = hash.empty() ? std::nullopt : cached_schema(hash);
        known && known->schema.dialect == dialect_) {
      side.server = known->server;
      return finished(std::move(side), std::move(known->schema));
    }
  }
  if (Status opened = open(); !opened) return fail(opened.error());
  if (Status filled = fill(*scratch); !filled) return fail(filled.error());
  Result<schema::Schema> read = scratch->read();
  if (!read) return fail(read.error());
  side.server = product_and_version(scratch->server());
  if (!hash.empty()) cache_schema(hash, {side.server, MIGRATOR_VERSION, {}, *read});
  return finished(std::move(side), std::move(*read));
}

Result<Side> Schemas::models() {
  const Result<const models::Models *> read = read_models();
  if (!read) return fail(read.error());
  Side side{"models", {}, {}, {}};
  std::string key = "models";
  for (const models::Part &part : (*read)->parts) {
    side.of.push_back(part.path);
    add(key, part.sql);
  }
  Result<Side> made = cached(std::move(side), key, [&](Scratch &scratch) -> Status {
    Status loaded = scratch.load(**read);
    return loaded ? loaded : fail(models::of_reference(models::located(loaded.error(), (*read)->parts), **read));
  });
  if (!made) return made;
  if (Status known = models::check_references(**read, made->schema, context_.settings.ignore); !known) return fail(known.error());
  return made;
}

Result<Side> Schemas::revisions(const std::vector<std::string> &ids) {
  const Result<const Files *> read = files();
  if (!read) return fail(read.error());
  const Result<Standing> standing = standing_of_nothing(**read);
  if (!standing) return fail(standing.error());
  Side side{"revisions", ids, {}, {}};
  return cached(std::move(side), "revisions" + key_of(**read, standing->map, ids),
                [&](Scratch &scratch) { return scratch.go_to(**read, ids); });
}

Result<Side> Schemas::database() {
  Result<Connection *> open = connection();
  if (!open) return fail(open.error());
  Result<schema::Schema> read = (*open)->database->schema_reader().read();
  if (!read) return fail(read.error());
  return finished(Side{"database", {context_.settings.database_url->redacted}, *server_, {}}, std::move(*read));
}

Result<Side> Schemas::snapshot(const std::string &path) {
  const Result<std::string> text = read_text(path);
  if (!text)
    return fail_at(path, 0, ErrorCode::InvalidConfiguration,
                   "cannot be read. Write the snapshot with `migrator check --write-snapshot FILE`, or name the right file.");
  Result<schema::Stored> stored = schema::stored_from_json(*text);
  if (!stored) {
    Error error = stored.error();
    error.file = path;
    return fail(std::move(error));
  }
  if (stored->schema.dialect != dialect_)
    return fail_at(path, 0, ErrorCode::InvalidConfiguration,
                   fmt::format("is a snapshot for {}, and this compares for {}. Name the other's.", name(stored->schema.dialect),
                               name(dialect_)));
  snapshot_heads_ = stored->heads;
  return finished(Side{"snapshot", {path}, stored->server, {}}, std::move(stored->schema));
}

Result<std::vector<std::string>> Schemas::database_heads() {
  Result<Connection *> open = connection();
  if (!open) return fail(open.error());
  Result<ledger::State> state = ledger::read_state(*(*open)->database, (*open)->history);
  if (!state) return fail(state.error());
  return std::move(state->heads);
}

Result<const Standing *> Schemas::standing() {
  if (!standing_) {
    Result<Connection *> open = connection();
    if (!open) return fail(open.error());
    const Result<const Files *> read = files();
    if (!read) return fail(read.error());
    Result<Standing> known = read_standing(**open, **read);
    if (!known) return fail(known.error());
    standing_ = std::move(*known);
  }
  return &*standing_;
}

} // namespace migrator::commands
