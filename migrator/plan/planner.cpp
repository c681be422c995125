#include "migrator/plan/planner.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "migrator/graph/heads.h"
#include "migrator/script/checksum.h"
#include "migrator/script/down_text.h"

namespace migrator::plan {

namespace {

std::string join(const std::vector<std::string> &values) {
  return values.empty() ? "none" : fmt::format("{}", fmt::join(values, ", "));
}

std::vector<std::string> sorted(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values;
}

const script::Script *find(const Scripts &scripts, const std::string &revision) {
  const auto found = scripts.find(revision);
  return found == scripts.end() ? nullptr : found->second.get();
}

bool has_section(const script::Script &script, Direction direction, Dialect dialect) {
  return std::any_of(script.sections.begin(), script.sections.end(), [&](const script::Section &section) {
    return section.direction == direction && section.applies_to(dialect);
  });
}

ledger::Entry adopted(const graph::RevisionMap &map, const script::Script &script, Dialect dialect) {
  ledger::Entry entry;
  entry.revision = script.revision;
  entry.motion = ledger::Motion::Adopt;
  entry.parents = script.down_revisions;
  entry.depends_on = map.dependencies(script.revision);
  entry.labels = script.labels;
  entry.message = script.message;
  entry.up_checksum = script::checksum(script, Direction::Up, dialect);
  if (has_section(script, Direction::Down, dialect)) {
    entry.down_checksum = script::checksum(script, Direction::Down, dialect);
    entry.down_sections = script::render_down(script, dialect);
  }
  return entry;
}

Error edited(const script::Script &script, std::string what) {
  Error error;
  error.code = ErrorCode::ChecksumMismatch;
  error.file = script.path;
  error.revision = script.revision;
  error.subject = {script.revision};
  error.message = std::move(what);
  return error;
}

// What a revision stands on must be what it stood on when it ran, whole or in part.
Status check_parents(const graph::RevisionMap &map, const script::Script &script, const ledger::Entry &ran) {
  const std::vector<std::string> depends_on = map.dependencies(script.revision);
  if (sorted(ran.parents) == sorted(script.down_revisions) && sorted(ran.depends_on) == sorted(depends_on)) return {};
  return fail(edited(script, fmt::format("revision {} was applied with the parents {} (depends on {}), its file now says {} "
                                         "(depends on {}); put the header back as it was",
                                         script.revision, join(ran.parents), join(ran.depends_on), join(script.down_revisions),
                                         join(depends_on))));
}

// Statements already journalled must be unchanged; later ones may be edited.
Status check_done_statements(const Step &step, const ledger::Entry &partial) {
  std::vector<std::string> done = partial.statement_checksums;
  if (!partial.progress.begun_checksum.empty()) done.push_back(partial.progress.begun_checksum);
  const bool prefix =
      done.size() <= step.statement_checksums.size() && std::equal(done.begin(), done.end(), step.statement_checksums.begin());
  if (prefix) return {};
  return fail(edited(
      *step.script,
      fmt::format("revision {} is partial: {} of its statements ran, and one of those was edited since; put them back as they "
                  "were (later ones may be edited), or finish by hand and run: migrator stamp REVISION",
                  step.revision, done.size())));
}

// What was begun must still be begun the same way: as a bare statement, or as the data section of that name.
Status check_begun(const Step &step, const ledger::Entry &partial) {
  const ledger::Progress &progress = partial.progress;
  if (progress.begun_checksum.empty()) return {};
  const Unit &next = step.units.front();
  const bool same =
      progress.batch_name.empty() ? next.kind == UnitKind::Bare : next.data && next.data->name == progress.batch_name;
  if (same) return {};
  return fail(
      edited(*step.script,
             fmt::format("revision {} is partial: it stopped in {}, and that section's directive was edited since; put it "
                         "back as it was, or finish by hand and run: migrator stamp REVISION",
                         step.revision,
                         progress.batch_name.empty() ? progress.begun_keyword : "the data section " + progress.batch_name)));
}

class StepBuilder {
public:
  StepBuilder(const graph::RevisionMap &map, Dialect dialect, const database::SqlDialect &sql)
      : map_(map), dialect_(dialect), sql_(sql) {}

  Result<Step> build(const graph::WalkStep &walked, std::shared_ptr<const script::Script> script, bool from_journal,
                     const std::optional<ledger::Entry> &partial) const {
    Step step;
    step.revision = walked.revision;
    step.direction = walked.direction;
    step.script = std::move(script);
    step.from_journal = from_journal;
    step.depends_on = map_.dependencies(walked.revision);
    if (Status ok = check_sections(step); !ok) return fail(ok.error());
    step.up_checksum = from_journal ? "" : script::checksum(*step.script, Direction::Up, dialect_);
    if (has_section(*step.script, Direction::Down, dialect_)) {
      step.down_checksum = script::checksum(*step.script, Direction::Down, dialect_);
      step.down_text = script::render_down(*step.script, dialect_);
    }
    step.checksum = step.direction == Direction::Up ? step.up_checksum : step.down_checksum;
    Result<std::vector<StepItem>> items = step_items(*step.script, step.direction, dialect_, sql_);
    if (!items) return fail(items.error());
    step.items = std::move(*items);
    for (const StepItem &item : step.items)
      if (const auto *statement = std::get_if<database::Statement>(&item.what))
        step.statement_checksums.push_back(script::statement_checksum(statement->text, dialect_, statement->copy_data));
    if (partial) {
      if (Status ok = check_done_statements(step, *partial); !ok) return fail(ok.error());
      step.resumes = partial;
    }
    step.units =
        partial ? group(step.items, partial->statements_done, !partial->progress.begun_checksum.empty()) : group(step.items);
    if (partial)
      if (Status ok = check_begun(step, *partial); !ok) return fail(ok.error());
    return step;
  }

private:
  Status check_sections(const Step &step) const {
    const script::Script &script = *step.script;
    const auto refuse = [&](ErrorCode code, std::string message) {
      return fail(Error{code, std::move(message), {step.revision}, script.path, 0, {}, step.revision});
    };
    if (step.direction == Direction::Up) {
      if (has_section(script, Direction::Up, dialect_)) return {};
      return refuse(
          ErrorCode::InvalidRevisionFile,
          fmt::format(
              "revision {} has no up section for {}; add one (an empty `-- migrate:up dialect:{}` says there is nothing to do "
              "there)",
              step.revision, name(dialect_), name(dialect_)));
    }
    if (has_section(script, Direction::Down, dialect_)) return {};
    return refuse(
        ErrorCode::Irreversible,
        script.down_irreversible
            ? fmt::format("revision {} says that it cannot be taken back (down irreversible); restore a backup instead",
                          step.revision)
            : fmt::format("revision {} has no down section for {}, so it cannot be taken back; write one, or restore a backup",
                          step.revision, name(dialect_)));
  }

  const graph::RevisionMap &map_;
  Dialect dialect_;
  const database::SqlDialect &sql_;
};

// What each step does to the version rows. A partial step down has moved them already.
Status track_heads(const graph::RevisionMap &map, const ledger::State &state, std::vector<Step> &steps) {
  const bool moved_already = !steps.empty() && steps.front().resumes && steps.front().direction == Direction::Down;
  if (steps.size() == (moved_already ? 1U : 0U)) return {};
  Result<graph::HeadTracker> heads = graph::HeadTracker::at(map, state.heads);
  if (!heads) return fail(heads.error());
  for (Step &step : steps) {
    if (&step == &steps.front() && moved_already) continue;
    Result<graph::HeadChange> change = heads->apply(graph::WalkStep{step.revision, step.direction});
    if (!change) return fail(change.error());
    step.change = ledger::VersionChange{std::move(change->removed), std::move(change->added)};
  }
  return {};
}

} // namespace

Scripts by_revision(std::vector<script::Script> scripts) {
  Scripts out;
  for (script::Script &script : scripts) {
    std::string revision = script.revision;
    out.emplace(std::move(revision), std::make_shared<const script::Script>(std::move(script)));
  }
  return out;
}

std::vector<graph::Node> nodes(const std::vector<script::Script> &scripts) {
  std::vector<graph::Node> out;
  out.reserve(scripts.size());
  for (const script::Script &script : scripts)
    out.push_back(graph::Node{script.revision, script.down_revisions, script.depends_on, script.labels, true, script.path});
  return out;
}

Result<graph::RevisionMap> combine(const std::vector<graph::Node> &files, const ledger::State &state) {
  std::vector<graph::Node> all = files;
  std::set<std::string, std::less<>> known;
  for (const graph::Node &file : files) {
    known.insert(file.id);
    known.insert(file.labels.begin(), file.labels.end());
  }
  std::vector<std::string> open = state.heads;
  if (state.partial) open.push_back(state.partial->revision);
  while (!open.empty()) {
    const std::string revision = std::move(open.back());
    open.pop_back();
    const auto entry = state.latest.find(revision);
    if (entry == state.latest.end() || !known.insert(revision).second) continue;
    const ledger::Entry &row = entry->second;
    graph::Node node{revision, row.parents, row.depends_on, {}, false, fmt::format("journal of {}", revision)};
    for (const std::string &label : row.labels)
      if (known.insert(label).second) node.labels.push_back(label);
    // What lies below an unknown revision cannot be walked; without its row it is left out rather than invented.
    const auto missing = [&](const std::string &id) { return known.count(id) == 0 && state.latest.count(id) == 0; };
    node.down_revisions.erase(std::remove_if(node.down_revisions.begin(), node.down_revisions.end(), missing),
                              node.down_revisions.end());
    node.depends_on.erase(std::remove_if(node.depends_on.begin(), node.depends_on.end(), missing), node.depends_on.end());
    open.insert(open.end(), node.down_revisions.begin(), node.down_revisions.end());
    open.insert(open.end(), node.depends_on.begin(), node.depends_on.end());
    all.push_back(std::move(node));
  }
  return graph::RevisionMap::build(std::move(all));
}

Result<Verified> verify_applied(const graph::RevisionMap &map, const Scripts &scripts, const ledger::State &state,
                                Dialect dialect) {
  Verified out;
  std::vector<std::string> known_heads;
  for (const std::string &head : state.heads)
    if (map.find(head) != nullptr) known_heads.push_back(head);
  for (const std::string &revision : map.ancestors(known_heads, true)) {
    const script::Script *script = find(scripts, revision);
    if (script == nullptr) continue;
    const auto row = state.latest.find(revision);
    const bool adopt = row == state.latest.end() || !row->second.up_checksum;
    if (adopt) {
      out.adopt.push_back(adopted(map, *script, dialect));
      continue;
    }
    const ledger::Entry &entry = row->second;
    if (entry.outcome == ledger::Outcome::Partial) continue;
    if (*entry.up_checksum != script::checksum(*script, Direction::Up, dialect))
      return fail(edited(
          *script, fmt::format("revision {} was edited after it was applied on {} by {}: its up section is not what ran; put the "
                               "file back as it was and make the change in a new revision",
                               revision, entry.started_at, entry.who)));
    if (Status same = check_parents(map, *script, entry); !same) return fail(same.error());
    const std::string down =
        has_section(*script, Direction::Down, dialect) ? script::checksum(*script, Direction::Down, dialect) : "";
    if (entry.down_checksum.value_or("") != down)
      out.notes.push_back(
          fmt::format("the down section of revision {} was edited after it was applied; the file's is used", revision));
  }
  return out;
}

Result<Route> route(const graph::RevisionMap &map, const Scripts &scripts, const ledger::State &state, const Request &request) {
  Route out;
  out.heads = state.heads;
  if (state.partial) {
    const bool up = state.partial->motion == ledger::Motion::Up;
    out.partial = graph::WalkStep{state.partial->revision, up ? Direction::Up : Direction::Down};
    if (up) {
      if (find(scripts, state.partial->revision) == nullptr)
        return fail(
            ErrorCode::MissingRevision,
            fmt::format(
                "revision {} is partial ({} of {} statements ran) and its file is not here; bring the file back to finish it, or "
                "finish by hand and run: migrator stamp REVISION",
                state.partial->revision, state.partial->statements_done, state.partial->statements_total),
            {state.partial->revision});
      if (Status same = check_parents(map, *find(scripts, state.partial->revision), *state.partial); !same)
        return fail(same.error());
      const Result<graph::HeadChange> change = graph::head_change(map, out.heads, *out.partial);
      if (!change) return fail(change.error());
      for (const std::string &head : change->removed)
        out.heads.erase(std::remove(out.heads.begin(), out.heads.end(), head), out.heads.end());
      out.heads.insert(out.heads.end(), change->added.begin(), change->added.end());
      std::sort(out.heads.begin(), out.heads.end());
    } else if (find(scripts, state.partial->revision) == nullptr) {
      out.from_journal.push_back(state.partial->revision);
    }
  }
  const auto walked = [&]() -> Result<graph::Walk> {
    switch (request.verb) {
    case Request::Verb::Upgrade:
      return graph::upgrade(map, out.heads, request.targets.front(), request.options.strict);
    case Request::Verb::Downgrade:
      return graph::downgrade(map, out.heads, request.targets.front());
    case Request::Verb::Migrate:
      break;
    }
    return graph::migrate_to(map, out.heads, request.targets, request.options);
  };
  Result<graph::Walk> walk = walked();
  if (!walk) return fail(walk.error());
  out.walk = std::move(*walk);
  for (const graph::WalkStep &step : out.walk.steps) {
    if (find(scripts, step.revision) != nullptr) continue;
    if (step.direction == Direction::Up)
      return fail(ErrorCode::MissingRevision, fmt::format("revision {} must be applied and its file is not here", step.revision),
                  {step.revision});
    out.from_journal.push_back(step.revision);
  }
  return out;
}

Result<Plan> build_plan(const graph::RevisionMap &map, const Scripts &scripts, const Scripts &stored_downs,
                        const ledger::State &state, const Route &route, Dialect dialect, const database::SqlDialect &sql) {
  Result<Verified> verified = verify_applied(map, scripts, state, dialect);
  if (!verified) return fail(verified.error());
  Plan plan;
  plan.heads_before = state.heads;
  plan.heads_after = route.walk.heads_after;
  plan.untouched = route.walk.untouched;
  plan.outcome = route.partial ? graph::WalkOutcome::Moves : route.walk.outcome;
  plan.notes = std::move(verified->notes);
  plan.adopt = std::move(verified->adopt);

  const StepBuilder builder(map, dialect, sql);
  const auto add = [&](const graph::WalkStep &walked, const std::optional<ledger::Entry> &partial) -> Status {
    const bool from_journal = scripts.find(walked.revision) == scripts.end();
    const Scripts &source = from_journal ? stored_downs : scripts;
    Result<Step> step = builder.build(walked, source.at(walked.revision), from_journal, partial);
    if (!step) return fail(step.error());
    plan.steps.push_back(std::move(*step));
    return {};
  };
  if (route.partial)
    if (Status ok = add(*route.partial, state.partial); !ok) return fail(ok.error());
  for (const graph::WalkStep &walked : route.walk.steps)
    if (Status ok = add(walked, std::nullopt); !ok) return fail(ok.error());

  if (Status moved = track_heads(map, state, plan.steps); !moved) return fail(moved.error());
  plan.hash = plan_hash(plan);
  return plan;
}

Result<Plan> reverse_plan(const graph::RevisionMap &map, const Plan &ran, std::size_t committed, const ledger::State &state,
                          Dialect dialect, const database::SqlDialect &sql) {
  Plan plan;
  plan.heads_before = state.heads;
  plan.heads_after = ran.heads_before;
  plan.outcome = graph::WalkOutcome::Moves;
  const StepBuilder builder(map, dialect, sql);
  for (std::size_t at = committed; at > 0; --at) {
    const Step &up = ran.steps[at - 1];
    Result<Step> step = builder.build(graph::WalkStep{up.revision, Direction::Down}, up.script, up.from_journal, std::nullopt);
    if (!step) return fail(step.error());
    plan.steps.push_back(std::move(*step));
  }
  if (Status moved = track_heads(map, state, plan.steps); !moved) return fail(moved.error());
  plan.hash = plan_hash(plan);
  return plan;
}

} // namespace migrator::plan
