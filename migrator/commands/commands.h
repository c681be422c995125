// One function a verb. Each loads what it needs, asks the pure parts, and prints its result through the context's output; an error
// is returned, not printed. Results as documents: docs/json.md; the verbs for users: docs/verbs.md.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "migrator/cli/command.h"
#include "migrator/commands/context.h"
#include "migrator/error/error.h"
#include "migrator/graph/revision_map.h"

namespace migrator::commands {

// --- without a database ------------------------------------------------------------------------------------------------------

// FileExists: the settings file is there, or the folder holds something. NotWritable: the file system refuses.
Status init(const Context &context, const cli::InitArguments &arguments);

// MultipleHeads: several heads and no --head. InvalidTarget: a parent that is no head, without --splice; a folder that is none of the
// project's. InvalidGraph: an id or label that is taken or malformed. FileExists, NotWritable: the file.
Status revision(const Context &context, const cli::RevisionArguments &arguments);

// InvalidTarget: fewer than two heads, or a revision that is not a head; else as revision().
Status merge(const Context &context, const cli::MergeArguments &arguments);

Status show(const Context &context, const cli::ShowArguments &arguments);
Status heads(const Context &context, const cli::HeadsArguments &arguments);
Status branches(const Context &context, const cli::BranchesArguments &arguments);

// Usage: no editor is set, it cannot be run, or it fails. Afterwards the files are read again, so that a slip is seen at once.
Status edit(const Context &context, const cli::EditArguments &arguments);

Status completion(const Context &context, const cli::CompletionArguments &arguments);

// What a database says of where it stands.
struct AppliedState {
  std::vector<std::string> heads;   // rows of the version table
  std::vector<graph::Node> journal; // what its journal knows of revisions, files or not
};
using ReadApplied = std::function<Result<AppliedState>()>;

// `read_applied` is called when a database is configured. Its failure is an error when -i or a range with `current` needs the answer, else a
// note, and nothing is marked.
Status history(const Context &context, const cli::HistoryArguments &arguments, const ReadApplied &read_applied);

// --- with a database ---------------------------------------------------------------------------------------------------------

Status upgrade(const Context &context, const cli::UpgradeArguments &arguments);
Status downgrade(const Context &context, const cli::DowngradeArguments &arguments);
Status migrate(const Context &context, const cli::MigrateArguments &arguments);
Status stamp(const Context &context, const cli::StampArguments &arguments);
Status ensure_version(const Context &context, const cli::EnsureVersionArguments &arguments);
Status current(const Context &context, const cli::CurrentArguments &arguments);
Status status(const Context &context, const cli::StatusArguments &arguments);
// With `migration` it asks the Kubernetes API, and the settings need name no database.
Status wait(const Context &context, const cli::WaitArguments &arguments);
Status backup(const Context &context, const cli::BackupArguments &arguments);
Status restore(const Context &context, const cli::RestoreArguments &arguments);

// --- with the folder of backups ------------------------------------------------------------------------------------------------

Status backups(const Context &context, const cli::BackupsArguments &arguments);
// A database is needed for `--restore` on PostgreSQL alone.
Status verify(const Context &context, const cli::VerifyArguments &arguments);

// --- with models, and scratch databases ------------------------------------------------------------------------------------------

// CheckFailed: something differs; the document and the text say what. Else the errors of what is compared (schemas.h).
Status check(const Context &context, const cli::CheckArguments &arguments);
Status diff(const Context &context, const cli::DiffArguments &arguments);
// revision(), with the SQL that makes what the models want of what the revisions make.
Status autogenerate(const Context &context, const cli::RevisionArguments &arguments);

// Reads without writing and without the lock. The context's settings name a database.
Result<AppliedState> read_applied(const Context &context);

} // namespace migrator::commands
