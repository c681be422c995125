// `revision --autogenerate`: what the models want of what the revisions make, as a revision that was tried before it is written.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "migrator/commands/commands.h"
#include "migrator/commands/comparison.h"
#include "migrator/commands/files.h"
#include "migrator/commands/generated.h"
#include "migrator/commands/new_revision.h"
#include "migrator/commands/schemas.h"
#include "migrator/config/suggestion.h"
#include "migrator/execute/signals.h"
#include "migrator/models/rename_flag.h"
#include "migrator/models/renames.h"
#include "migrator/report/difference.h"
#include "migrator/report/printable.h"
#include "migrator/report/question.h"
#include "migrator/schema/foreign_rows.h"
#include "migrator/schema/renaming.h"
#include "migrator/schema/render.h"
#include "migrator/schema/sqlite/staying.h"
#include "migrator/script/parser.h"

namespace migrator::commands {

namespace {

using schema::Rename;
using schema::Schema;

// What a rename is called in a question and in a file.
std::string told(const Rename &rename) {
  return fmt::format("{} is {} now", schema::text(rename.from), rename.to);
}

std::string flag_of(const Rename &rename) {
  return "--rename " + models::rename_text(rename.from, rename.to, "public");
}

bool same_place(const schema::ObjectId &a, const schema::ObjectId &b) {
  return a.kind == b.kind && a.schema == b.schema && a.relation == b.relation;
}

// What was found for one dialect.
struct Generated {
  GeneratedWay way;
  Side revisions, models;
  std::vector<schema::Change> changes; // of the whole way, renames not taken out
  std::vector<std::string> notes;      // for the file and the user
  bool differs = false;
};

// What the revisions make, with the renames made.
struct Renamed {
  Schema schema;
  std::vector<schema::Object> ignored_parts;
  schema::Renaming renaming = {};
};

// The work for one dialect.
class Generator {
public:
  Generator(const Context &context, Dialect dialect, execute::Stop &stop, std::vector<std::string> parents)
      : context_(context), stop_(stop), schemas_(context, dialect, stop), renderer_(schema::renderer(dialect)),
        parents_(std::move(parents)) {}

  Result<Generated> generate(const std::vector<std::string> &flags) {
    const Result<const Files *> files = schemas_.files();
    if (!files) return fail(files.error());
    Result<Side> models = schemas_.models();
    if (!models) return fail(models.error());
    Result<Side> revisions = schemas_.revisions(parents_);
    if (!revisions) return fail(revisions.error());
    Generated out;
    out.way.dialect = schemas_.dialect();
    out.models = std::move(*models);
    out.revisions = std::move(*revisions);
    out.changes = schema::compare(out.revisions.schema, out.models.schema, compare_options(context_.settings));
    const Result<const models::Models *> texts = schemas_.read_models();
    if (!texts) return fail(texts.error());
    Result<std::vector<Rename>> renames =
        models::chosen_renames((*texts)->renames, flags, out.revisions.schema, out.models.schema);
    if (!renames) return fail(renames.error());
    out.differs = !out.changes.empty() || !renames->empty();
    if (!out.differs) return out;
    Result<Renamed> renamed = after(**files, *renames, out.revisions);
    if (!renamed) return fail(renamed.error());
    const auto rename_too = [&](const std::vector<Rename> &more) -> Status {
      if (more.empty()) return {};
      renames->insert(renames->end(), more.begin(), more.end());
      renamed = after(**files, *renames, out.revisions);
      return renamed ? Status() : Status(fail(renamed.error()));
    };
    if (Status done = rename_too(asked_for(*renamed, *renames, out)); !done) return fail(done.error());
    if (Status done = rename_too(schema::renamed_parts(renamed->schema, out.models.schema)); !done) return fail(done.error());
    if (Status done = render(*renamed, *renames, out); !done) return fail(done.error());
    return out;
  }

  // Runs the file up and down in a scratch database. Gives what is not as it should be, a sentence each; an error if it does not run at all.
  Result<std::vector<std::string>> try_out(const Generated &made, const script::Script &script) {
    const Result<const Files *> files = schemas_.files();
    if (!files) return fail(files.error());
    Result<Scratch> scratch = Scratch::open(context_, schemas_.dialect(), stop_);
    if (!scratch) return fail(scratch.error());
    const Files all = with(**files, {script});
    std::vector<std::string> wrong;
    const auto look = [&](const std::vector<std::string> &at, const Schema &wanted, const char *sentence) -> Status {
      if (Status moved = scratch->go_to(all, at); !moved) return moved;
      Result<Schema> read = scratch->read();
      if (!read) return fail(read.error());
      const Schema is = schema::without(std::move(*read), context_.settings.ignore);
      const std::vector<schema::Change> left =
          report::without_parts(schema::compare(is, wanted, compare_options(context_.settings)));
      if (!left.empty())
        wrong.push_back(fmt::format("{}: {}: {}", name(schemas_.dialect()), sentence, fmt::join(schema::describe(left), "; ")));
      return {};
    };
    if (Status up = look({script.revision}, made.models.schema, "after it, these differ from the models still"); !up)
      return fail(explained(up.error(), made));
    if (!made.way.irreversible.empty()) return wrong;
    if (Status down = look(parents_, made.revisions.schema, "its way down leaves these different from what was before"); !down)
      return fail(explained(down.error(), made));
    return wrong;
  }

private:
  static Error explained(Error error, const Generated &made) {
    // What stands in the models, and no revision makes, of kinds that are not generated.
    std::vector<std::string> left_out;
    std::set_difference(made.models.schema.unknown.begin(), made.models.schema.unknown.end(),
                        made.revisions.schema.unknown.begin(), made.revisions.schema.unknown.end(), std::back_inserter(left_out));
    error.message = "the revision was generated, and does not run in a scratch database, so it was not written: " + error.message;
    if (left_out.empty())
      error.message += ". With --dry-run it is printed all the same; write it by hand from there, and report this.";
    else
      error.message += fmt::format(". Some kinds of objects are not generated, and what needs them cannot be made before them: "
                                   "write a revision that makes them by hand, then generate the rest. They are: {}.",
                                   fmt::join(left_out, ", "));
    return error;
  }

  // SQLite reads all views and triggers at a rename, and the ignored ones stay.
  Error beside_ignored(Error error, const Schema &ours, const Schema &all) const {
    const bool stays = std::any_of(all.objects.begin(), all.objects.end(), [&](const schema::Object &object) {
      return (object.id.kind == schema::Kind::View || object.id.kind == schema::Kind::Trigger) && ours.find(object.id) == nullptr;
    });
    if (!stays || schemas_.dialect() != Dialect::Sqlite || error.code != ErrorCode::SqlError) return error;
    error.code = ErrorCode::InvalidConfiguration;
    error.message =
        "the renames cannot be made beside the views and triggers that `ignore` names, and the views that those read, for "
        "they stay as they are: " +
        error.message + ". Drop it in a revision by hand, generate this one, and make it again in one behind it.";
    return error;
  }

  Result<Renamed> after(const Files &files, const std::vector<Rename> &renames, const Side &before) {
    if (renames.empty()) return Renamed{before.schema, before.ignored_parts};
    Result<Scratch> scratch = Scratch::open(context_, schemas_.dialect(), stop_);
    if (!scratch) return fail(scratch.error());
    if (Status moved = scratch->go_to(files, parents_); !moved) return fail(moved.error());
    const Result<Schema> all = scratch->read();
    if (!all) return fail(all.error());
    Result<schema::Renaming> renaming = schema::renaming(renderer_, renames, before.schema, *all);
    if (!renaming) return fail(renaming.error());
    constexpr const char *kRevision = "the_renames";
    GeneratedWay way;
    way.dialect = schemas_.dialect();
    way.up = renaming->up;
    script::Script script = made_script(kRevision, parents_, "the renames", generated_sections({way}).sections);
    if (Status moved = scratch->go_to(with(files, {std::move(script)}), {kRevision}); !moved)
      return fail(beside_ignored(moved.error(), before.schema, *all));
    Result<Schema> read = scratch->read();
    if (!read) return fail(read.error());
    std::vector<schema::Object> ignored_parts = schema::ignored_parts(*read, context_.settings.ignore);
    return Renamed{schema::without(std::move(*read), context_.settings.ignore), std::move(ignored_parts), std::move(*renaming)};
  }

  // The likely renames that the user agrees to, by the names before; a note for each other one.
  std::vector<Rename> asked_for(const Renamed &from, const std::vector<Rename> &renames, Generated &out) {
    std::vector<Rename> agreed;
    for (const Rename &likely : schema::likely_renames(from.schema, out.models.schema)) {
      Rename rename = likely;
      for (const Rename &away : from.renaming.replaced)
        if (same_place(away.from, likely.from) && away.to == likely.from.name) rename.from.name = away.from.name;
      const std::string question = fmt::format("It looks as if {}.", told(rename));
      if (!report::ask(report::printable(question), context_.global.yes)) {
        out.notes.push_back(fmt::format("{} was taken for another one, and its data goes; if it was renamed, use {}",
                                        schema::text(rename.from), flag_of(rename)));
        continue;
      }
      for (const Rename &table : renames)
        if (table.from.kind == schema::Kind::Table && table.from.schema == rename.from.schema && table.to == likely.from.relation)
          rename.from.relation = table.from.name;
      agreed.push_back(std::move(rename));
    }
    return agreed;
  }

  static Status parts_stay(const Renamed &before, const Schema &models) {
    for (const schema::Object &part : before.ignored_parts)
      if (const auto gone = schema::sqlite::needed_and_going(part, before.schema, models))
        return fail(
            ErrorCode::InvalidConfiguration,
            fmt::format("{}, which `ignore` names, needs {}, which goes. Drop it in a revision by hand, then generate this one.",
                        schema::text(part.id), schema::text(*gone)));
    return {};
  }

  Status render(const Renamed &before, const std::vector<Rename> &renames, Generated &out) {
    schema::RenderOptions options{compare_options(context_.settings)};
    // Made again with their table, where it is made again: as little as they count, they must not be lost.
    const bool rebuilds = schemas_.dialect() == Dialect::Sqlite;
    if (rebuilds)
      if (Status fine = parts_stay(before, out.models.schema); !fine) return fine;
    const Schema from = rebuilds ? schema::with_parts(before.schema, before.ignored_parts) : before.schema;
    const Schema to = rebuilds ? schema::with_parts(out.models.schema, before.ignored_parts) : out.models.schema;
    Result<schema::Rendered> up = renderer_.render(from, to, options);
    if (!up) return fail(up.error());
    out.way.up = before.renaming.up;
    out.way.up.insert(out.way.up.end(), up->pieces.begin(), up->pieces.end());
    out.way.losses = up->losses;
    for (const Rename &rename : before.renaming.replaced)
      out.notes.push_back(
          fmt::format("{} gives its name away, and goes: until then it is {}", schema::text(rename.from), rename.to));
    for (const Rename &rename : renames) out.notes.push_back("renamed: " + told(rename));
    for (const std::string &loss : up->losses) out.notes.push_back("loses data: " + loss);
    for (const std::string &guess : up->guesses) out.notes.push_back("look at " + guess);
    for (const std::string &sentence : schema::rows_that_may_lead_nowhere(from, to)) out.notes.push_back("look at " + sentence);
    options.keep_order = before.renaming.clears;
    Result<schema::Rendered> down = renderer_.render(to, from, options);
    if (!down) {
      out.way.irreversible = down.error().message;
      out.notes.push_back("no way down: " + down.error().message);
      return {};
    }
    for (const std::string &sentence : schema::rows_that_may_lead_nowhere(to, from))
      out.notes.push_back("look at the way down: " + sentence);
    out.way.down = std::move(down->pieces);
    out.way.down.insert(out.way.down.end(), before.renaming.down.begin(), before.renaming.down.end());
    return {};
  }

  const Context &context_;
  execute::Stop &stop_;
  Schemas schemas_;
  const schema::Renderer &renderer_;
  const std::vector<std::string> parents_;
};

std::vector<Comparison> comparisons(const std::vector<Generated> &all) {
  std::vector<Comparison> out;
  for (const Generated &one : all) out.push_back({one.revisions, one.models, {}, {}, {}});
  return out;
}

Status nothing_differs(const Context &context, const std::vector<Generated> &all) {
  say(context, comparisons(all), {{"revision", nullptr}, {"path", nullptr}});
  if (!context.output.json())
    context.output.line(
        "no file is written. If you expected a change: is it saved in these files, and do the revisions not have it already?");
  return {};
}

std::vector<std::string> header_notes(const std::vector<Generated> &all, bool tried) {
  const std::string how = tried ? "tried up and down in a scratch database without rows" : "not tried (--dry-run)";
  std::vector<std::string> notes = {"Written by `migrator revision --autogenerate`, and " + how +
                                    ". Read it before you keep it."};
  for (const Generated &one : all) {
    const std::string prefix = all.size() > 1 ? std::string(name(one.way.dialect)) + ": " : "";
    for (const std::string &note : one.notes) notes.push_back(prefix + note);
  }
  return notes;
}

} // namespace

Status autogenerate(const Context &context, const cli::RevisionArguments &arguments) {
  execute::Stop stop;
  const execute::SignalWatcher signals(stop);
  if (context.settings.models.empty())
    return fail(ErrorCode::InvalidConfiguration,
                "no models are configured, so there is nothing to generate from. Name them in `models` of "
                "migrator.yaml (docs/models.md).");
  const Result<Project> project = Project::load(context);
  if (!project) return fail(project.error());
  Result<NewRevisionRequest> request = new_revision_request(context, *project, arguments);
  if (!request) return fail(request.error());

  std::vector<Generator> generators;
  std::vector<Generated> all;
  std::vector<GeneratedWay> ways;
  for (const Dialect dialect : dialects_for(context, arguments.dialects)) {
    generators.emplace_back(context, dialect, stop, request->parents);
    Result<Generated> one = generators.back().generate(arguments.renames);
    if (!one) return fail(one.error());
    ways.push_back(one->way);
    all.push_back(std::move(*one));
  }
  if (std::none_of(all.begin(), all.end(), [](const Generated &one) { return one.differs; }))
    return nothing_differs(context, all);

  GeneratedFile file = generated_sections(ways);
  request->sections = std::move(file.sections);
  request->down_irreversible = file.down_irreversible;
  request->notes = header_notes(all, !arguments.dry_run);
  const Result<MadeRevision> made = make_revision(context, *project, *request);
  if (!made) return fail(made.error());
  const Result<script::Script> script = script::parse(made->text, made->path);
  if (!script) {
    Error error = script.error();
    error.message = "what was generated is no revision file, so it was not written: " + error.message +
                    " Write this revision by hand, and report this.";
    return fail(std::move(error));
  }
  std::vector<std::string> wrong;
  if (!arguments.dry_run) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      Result<std::vector<std::string>> found = generators[i].try_out(all[i], *script);
      if (!found) return fail(found.error());
      wrong.insert(wrong.end(), found->begin(), found->end());
    }
    if (Status written = write_new_file(made->path, made->text); !written) return written;
  }
  warn_of_unknown(context, comparisons(all));
  nlohmann::ordered_json notes = nlohmann::ordered_json::array(), dialects = nlohmann::ordered_json::array();
  for (const Generated &one : all) {
    dialects.push_back(name(one.way.dialect));
    for (const std::string &note : one.notes) {
      notes.push_back(note);
      context.output.note(report::printable(note));
    }
    for (const std::string &change : schema::describe(report::without_parts(one.changes)))
      context.output.line(report::printable(fmt::format("{}: {}", name(one.way.dialect), change)));
  }
  for (const std::string &sentence : wrong)
    context.output.warning(report::printable(sentence + ". Mend the file by hand, and report this."));
  if (arguments.dry_run)
    context.output.block(made->text);
  else
    context.output.line("created " + report::printable(made->path));
  context.output.document({{"revision", made->id},
                           {"path", arguments.dry_run ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(made->path)},
                           {"message", request->message},
                           {"down_revisions", request->parents},
                           {"depends_on", request->depends_on},
                           {"labels", request->labels},
                           {"dialects", dialects},
                           {"notes", notes},
                           {"wrong", wrong},
                           {"text", made->text}});
  return {};
}

} // namespace migrator::commands
