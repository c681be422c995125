// See scratch.h.
#include "migrator/commands/scratch.h"

#include <fmt/format.h>

#include "migrator/commands/backup_setup.h"
#include "migrator/database/drivers.h"
#include "migrator/database/schema_reader.h"
#include "migrator/execute/executor.h"
#include "migrator/execute/lock.h"
#include "migrator/plan/cut.h"
#include "migrator/plan/replay.h"

namespace migrator::commands {

namespace {

// Nobody looks at a scratch database while it is loaded.
class Unheard final : public execute::Observer {
public:
  void waiting_for_lock(const std::optional<database::LockHolder> &) override {}
  void note(const std::string &) override {}
  void step_started(const plan::Step &, std::size_t, std::size_t) override {}
  void batch_done(const std::string &, std::int64_t, std::int64_t) override {}
  void step_finished(const execute::StepReport &, std::size_t, std::size_t) override {}
};

constexpr const char *kModels = "the_models";

// Why a statement of a model is not run, where a revision would have another section for it. None: it was not that.
std::optional<Error> refused_of_models(const models::Models &models, const database::SqlDialect &sql, const Error &error) {
  for (const models::Part &part : models.parts) {
    if (part.path != error.file) continue;
    const auto statements = sql.split(script::SqlText{part.sql, 1}, part.path);
    if (!statements) continue;
    for (const database::Statement &statement : *statements)
      if (statement.line == error.line && statement.rule == database::TransactionRule::NeverInside)
        return Error{
            ErrorCode::InvalidConfiguration, models::not_for_models(statement.keyword), {}, part.path, error.line, {}, {}};
  }
  return std::nullopt;
}

} // namespace

Scratch::Scratch(const Context &context, Connection connection, execute::Stop &stop)
    : context_(&context), connection_(std::move(connection)), stop_(&stop) {}

Scratch::~Scratch() {
  if (connection_.database) stop_->attach(nullptr);
}

Result<Scratch> Scratch::open(const Context &context, Dialect dialect, execute::Stop &stop) {
  Result<const database::Driver *> driver = database::driver_for(dialect);
  if (!driver) return fail(driver.error());
  const std::optional<database::DatabaseUrl> &configured = context.settings.database_url;
  database::DatabaseUrl target;
  target.dialect = dialect;
  if (configured && configured->dialect == dialect) target = *configured;
  database::OpenOptions options;
  options.history.table = context.settings.version_table;
  options.create = true;
  options.who = user_name() + "@" + host_name();
  options.run_id = fmt::format("{:016x}", context.random());
  options.lock_wait = context.settings.lock_wait;
  database::Scratch place = scratch_of(context.settings);
  if (place.same_server && place.same_server->dialect != dialect) place.same_server.reset();
  Result<std::unique_ptr<database::Database>> opened = (*driver)->open_scratch(target, place, options);
  if (!opened) return fail(opened.error());
  return Scratch(context, Connection{dialect, *driver, std::move(*opened), options.history}, stop);
}

Status Scratch::go_to(const Files &files, const std::vector<std::string> &revisions) {
  Result<Standing> standing = read_standing(connection_, files);
  if (!standing) return fail(standing.error());
  plan::Request request;
  request.verb = plan::Request::Verb::Migrate;
  request.targets = revisions.empty() ? std::vector<std::string>{"base"} : revisions;
  request.options.allow_down = true;
  request.options.exact = !revisions.empty();
  Result<plan::Plan> plan = make_plan(connection_, files, *standing, request);
  if (!plan) return fail(plan.error());
  if (plan->steps.empty()) return {};
  if (Status stays = plan::check_replay(*plan, connection_.dialect); !stays) return stays;

  if (connection_.dialect == Dialect::Postgresql) plan::cut_long_transactions(*plan);

  execute::RunOptions options;
  options.scratch = true;
  options.run_id = fmt::format("{:016x}", context_->random());
  options.who = user_name();
  options.host = host_name();
  options.tool_version = MIGRATOR_VERSION;
  options.history = connection_.history;
  Unheard observer;
  execute::RunReport report;
  report.heads_before = report.heads_after = standing->state.heads;
  stop_->attach(connection_.database.get());
  execute::Lock lock(*connection_.database);
  Status done = lock.take(options.lock_wait, context_->clock, *stop_, observer);
  const execute::Surroundings run{*connection_.database,
                                  options,
                                  context_->clock,
                                  *stop_,
                                  observer,
                                  ledger::tables(connection_.history, connection_.dialect)};
  if (done) done = execute::open_history(run, *plan, standing->state);
  if (done) done = execute::run_plan(run, *plan, report);
  stop_->attach(nullptr);
  return done;
}

Status Scratch::load(const models::Models &models) {
  std::vector<script::Script> scripts;
  std::vector<std::string> below;
  for (const models::Part &part : models.parts) {
    script::Section section;
    section.items.push_back(script::SqlText{part.sql, 1});
    section.line = 1;
    const std::string id = fmt::format("{}_{}", kModels, scripts.size() + 1);
    scripts.push_back(made_script(id, below, part.path, {section}));
    below = {id};
  }
  Status loaded = go_to(with({}, std::move(scripts)), below);
  if (loaded) return loaded;
  Error error = loaded.error();
  if (error.code == ErrorCode::InvalidRevisionFile)
    if (auto refused = refused_of_models(models, connection_.driver->sql(), error)) return fail(std::move(*refused));
  error.revision.clear();
  error.subject.clear();
  return fail(std::move(error));
}

Result<schema::Schema> Scratch::read() {
  return connection_.database->schema_reader().read();
}

script::Script made_script(std::string revision, std::vector<std::string> parents, std::string path,
                           std::vector<script::Section> sections) {
  script::Script script;
  script.revision = std::move(revision);
  script.down_revisions = std::move(parents);
  script.down_revision_given = true;
  script.path = std::move(path);
  script.sections = std::move(sections);
  return script;
}

Files with(const Files &files, std::vector<script::Script> more) {
  Files out = files;
  const std::vector<graph::Node> nodes = plan::nodes(more);
  out.nodes.insert(out.nodes.end(), nodes.begin(), nodes.end());
  for (auto &[id, script] : plan::by_revision(std::move(more))) out.by_revision.insert_or_assign(id, script);
  return out;
}

} // namespace migrator::commands
