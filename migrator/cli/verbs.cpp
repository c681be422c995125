// See verbs.h.
#include "migrator/cli/verbs.h"

#include <algorithm>
#include <limits>

#include "migrator/cli/flags.h"

namespace migrator::cli {

namespace {

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

std::vector<Verb> make_verbs() {
  return {
      {VerbId::Init,
       "init",
       "[FOLDER]",
       0,
       1,
       false,
       "start a project: a folder for revisions and migrator.yaml",
       "Makes the folder (default: migrations) and a migrator.yaml that explains its keys. Overwrites nothing.",
       {},
       {{"migrator init", "migrations/ and migrator.yaml here"}, {"migrator init db/revisions", "another folder"}},
       {26}},
      {VerbId::Revision,
       "revision",
       "",
       0,
       0,
       false,
       "write a new revision file",
       "Writes a file with the header filled in and empty up and down sections. Its parent is the head of the files, or what "
       "--head "
       "names. With --autogenerate it holds the SQL that makes what the models want of what the revisions make; where nothing "
       "differs, "
       "no file is written.",
       {kRevision, kAutogenerate, kDialect},
       {{"migrator revision -m \"add users\"", "on the one head there is"},
        {"migrator revision -m \"billing\" --head base --branch-label billing", "start a branch of its own"},
        {"migrator revision --autogenerate -m \"what the models say\"", "written for you, to be read by you"},
        {"migrator revision -m \"invoices\" --head billing@head", "go on with that branch"}},
       {26}},
      {VerbId::Upgrade,
       "upgrade",
       "TARGET",
       1,
       1,
       true,
       "apply revisions up to a target",
       "Applies what is missing, parents first, each step in a transaction. TARGET: head, heads, +N, an id or the start of one, "
       "id+N, "
       "label@head.",
       {kDirection, kDryRun, kStrict, kRunBackup, kBackupFolder, kOnFailure, kLocks, kRunTimeout, kReport, kReportSql},
       {{"migrator upgrade head", "everything that is pending"},
        {"migrator upgrade +1", "one step"},
        {"migrator upgrade head --dry-run", "what would be done"},
        {"migrator upgrade base:head --sql > all.sql", "as a script"}},
       {10, 11, 13, 20, 21, 23, 24, 25, 26, 143}},
      {VerbId::Downgrade,
       "downgrade",
       "TARGET",
       1,
       1,
       true,
       "take revisions back down to a target",
       "Runs the down sections, newest first; files that are gone come from the journal. TARGET: base, -N, an id or the start of "
       "one, "
       "id-N, label@base. On a terminal `downgrade base` asks first.",
       {kDirection, kDryRun, kRunBackup, kBackupFolder, kOnFailure, kLocks, kRunTimeout, kReport, kReportSql},
       {{"migrator downgrade -1", "the last step"},
        {"migrator downgrade ae1027a6acf0", "back to that revision"},
        {"migrator downgrade base", "everything"}},
       {10, 11, 13, 20, 21, 23, 24, 25, 26, 143}},
      {VerbId::Migrate,
       "migrate",
       "",
       0,
       0,
       false,
       "move the database to a target, up or down",
       "Goes to the targets of --to from wherever the database stands. Going down needs --allow-down and an explicit target (an "
       "id or "
       "base); other heads stay unless --exact is given.",
       {kMigrate, kApproved, kDirection, kDryRun, kStrict, kRunBackup, kBackupFolder, kOnFailure, kLocks, kRunTimeout, kReport,
        kReportSql},
       {{"migrator migrate --to head", "what a deployment runs"},
        {"migrator migrate --to ae1027a6acf0 --allow-down", "back to an earlier revision"},
        {"migrator migrate --to head --approved v1:9f86…", "only the plan that was looked at"}},
       {10, 11, 13, 20, 21, 22, 23, 24, 25, 26, 143}},
      {VerbId::Plan,
       "plan",
       "[TARGET…]",
       0,
       kAny,
       true,
       "what migrate would do, and its hash",
       "The same as migrate --dry-run. Targets may be given without --to; the default is heads.",
       {kMigrate, kStrict, kReport, kReportSql},
       {{"migrator plan", "what is pending"}, {"migrator plan base --allow-down --output json", "the way down, for a program"}},
       {11, 21, 26}},
      {VerbId::Current,
       "current",
       "",
       0,
       0,
       false,
       "the revisions the database is at",
       "Prints the heads of the database, with -v in detail.",
       {kCurrent},
       {{"migrator current", "one line a head"}, {"migrator current --check-heads", "for scripts: 3 unless all is applied"}},
       {3, 11, 21, 26}},
      {VerbId::History,
       "history",
       "",
       0,
       0,
       false,
       "all revisions, newest first",
       "Draws the graph on a terminal and prints one line a revision elsewhere. If a database is configured, applied revisions "
       "are "
       "marked.",
       {kHistory},
       {{"migrator history", "everything"},
        {"migrator history -r -3:current", "the last three applied"},
        {"migrator history -v -r base:ae10", "in detail, up to a revision"}},
       {11, 21, 26}},
      {VerbId::Show,
       "show",
       "REVISION",
       1,
       1,
       true,
       "one revision: header and file",
       "Prints the revision's place in the graph and its file. head and heads work.",
       {},
       {{"migrator show head", "the newest"}, {"migrator show ae10", "by the start of its id"}},
       {}},
      {VerbId::Heads,
       "heads",
       "",
       0,
       0,
       false,
       "the newest revisions of the files",
       "Prints the revisions that no other has as its parent.",
       {kHeads},
       {{"migrator heads", "one line a head"}, {"migrator heads --output json", "for a program"}},
       {}},
      {VerbId::Branches,
       "branches",
       "",
       0,
       0,
       false,
       "the revisions where branches part",
       "Prints each revision that several others have as their parent, with those.",
       {},
       {{"migrator branches", "one block a branch point"}, {"migrator branches -v", "with messages"}},
       {}},
      {VerbId::Merge,
       "merge",
       "[REVISION…]",
       0,
       kAny,
       true,
       "write a revision that joins heads",
       "Writes a revision file whose parents are the given revisions, by default all heads.",
       {kMerge},
       {{"migrator merge -m \"join\"", "all heads"}, {"migrator merge -m \"join\" ae10 27c6", "these two"}},
       {26}},
      {VerbId::Stamp,
       "stamp",
       "TARGET…",
       1,
       kAny,
       true,
       "say where a database stands, running nothing",
       "Writes the version table without running any section: for a database whose tables were there before. --purge asks first "
       "on a "
       "terminal.",
       {kStamp, kSqlOnly, kDryRun, kLocks, kRunTimeout, kReport},
       {{"migrator stamp head", "the tables are all there"},
        {"migrator stamp --purge ae1027a6acf0", "forget what the table says, then set it"}},
       {10, 11, 13, 20, 21, 26, 143}},
      {VerbId::EnsureVersion,
       "ensure-version",
       "",
       0,
       0,
       false,
       "make the version table if it is not there",
       "Makes the tables of the history, empty, and leaves existing ones alone.",
       {kSqlOnly, kLocks},
       {{"migrator ensure-version", "before the first upgrade"}, {"migrator ensure-version --sql", "as a script"}},
       {10, 11, 20, 26}},
      {VerbId::Edit,
       "edit",
       "REVISION",
       1,
       1,
       true,
       "open a revision's file in the editor",
       "Runs $VISUAL, else $EDITOR, on the file.",
       {},
       {{"migrator edit head", "the newest"}, {"EDITOR=nano migrator edit ae10", "with another editor"}},
       {}},
      {VerbId::Status,
       "status",
       "",
       0,
       0,
       false,
       "everything about the database on one page",
       "Where the database stands, what is pending, a step left half-way, drift, who holds the lock and what the last run did.",
       {kStatus},
       {{"migrator status", "the page to open first"},
        {"migrator status --drift", "was it changed by hand, too?"},
        {"migrator status --output json", "for a program"}},
       {11, 21, 26}},
      {VerbId::Wait,
       "wait",
       "",
       0,
       0,
       false,
       "wait until the database has a revision",
       "For init containers: ends with 0 once the database contains the revisions. Survives a database that is down or not made "
       "yet, and "
       "needs no right but reading one view.",
       {kWait},
       {{"migrator wait", "until every head of these files is applied"},
        {"migrator wait --revision ae1027a6acf0 --timeout 2m", "one revision, not for ever"},
        {"migrator wait --for migration/shop -n shop", "until the operator says that it is ready"}},
       {12, 26, 143}},
      {VerbId::Backup,
       "backup",
       "",
       0,
       0,
       false,
       "take a backup of the whole database, and prove it",
       "Dumps one consistent state while others go on writing (SQLite: the online backup API; PostgreSQL: pg_dump), proves it as "
       "--verify says, and keeps it in the backup folder with a manifest. Old ones go as backup.retain says.",
       {kBackupFolder, kVerify, kTimeout},
       {{"migrator backup", "into the configured folder"},
        {"migrator backup --backup-folder /backups --verify restore", "proven by a restore into a scratch database"}},
       {11, 23, 143}},
      {VerbId::Backups,
       "backups",
       "",
       0,
       0,
       false,
       "the backups that there are",
       "Lists the backups of the folder, newest first, and names what is damaged.",
       {kBackupFolder, kBackups},
       {{"migrator backups", "one line a backup"}, {"migrator backups --remove 20261122T171203Z-3f9a2b1c", "one less"}},
       {23}},
      {VerbId::Restore,
       "restore",
       "ID",
       1,
       1,
       false,
       "put a backup back",
       "Replaces all that the database holds by what the backup holds, all or nothing, with everybody else held out meanwhile; "
       "what "
       "was there becomes a backup first. Needs --yes where nobody can be asked. ID: a backup's id or the start of one.",
       {kRestore, kBackupFolder, kLocks, kTimeout},
       {{"migrator restore 20261122T17 --yes", "in place"},
        {"migrator restore 20261122T17 --into sqlite:///copy.db", "beside it, to look at"},
        {"migrator restore 20261122T17 --swap --yes", "PostgreSQL: into a new database of the same name"}},
       {10, 11, 13, 23, 26, 143}},
      {VerbId::Verify,
       "verify",
       "[ID…]",
       0,
       kAny,
       false,
       "prove a backup again",
       "Reads every byte of the backups against their checksums and through; with --restore it also loads them into a scratch "
       "database and compares. Default: the newest.",
       {kProve, kBackupFolder, kTimeout},
       {{"migrator verify", "the newest"}, {"migrator verify --all --restore", "for a cron job"}},
       {11, 23, 143}},
      {VerbId::Check,
       "check",
       "",
       0,
       0,
       false,
       "whether models, revisions and database agree",
       "Compares the models with the database; with --revisions the models with what the revision files make; with --drift the "
       "database with "
       "what its revisions make. Exits with 3 and the differences if there are any. Changes nothing.",
       {kCheck, kDialect},
       {{"migrator check", "does the database have what the models want?"},
        {"migrator check --revisions", "for CI: is a revision missing?"},
        {"migrator check --drift", "did somebody change the database by hand?"},
        {"migrator check --snapshot schema.json", "the same in production, by catalog queries alone"}},
       {3, 11, 20, 21, 26, 143}},
      {VerbId::Diff,
       "diff",
       "A B",
       2,
       2,
       false,
       "what differs between two schemas",
       "Each of A and B is one of models, database, revisions (all of the files), revisions:REVISION, snapshot:FILE. Lists what "
       "would have to change "
       "to make B of A. Exits with 0 whether something differs or not.",
       {kDialect},
       {{"migrator diff revisions models", "what --autogenerate would write"},
        {"migrator diff revisions:ae10 revisions:head", "what came after a revision"},
        {"migrator diff snapshot:schema.json database", "since the image was built"}},
       {11, 20, 26, 143}},
      {VerbId::Completion,
       "completion",
       "bash|zsh|fish",
       1,
       1,
       false,
       "a script that completes verbs, flags and revisions",
       "Prints the script for your shell.",
       {},
       {{"source <(migrator completion bash)", "in this shell"},
        {"migrator completion fish > ~/.config/fish/completions/migrator.fish", "for good"}},
       {}},
  };
}

struct ExitCode {
  int code;
  std::string_view meaning;
};

constexpr ExitCode kExitCodes[] = {
    {0, "done, or nothing to do"},
    {2, "usage, configuration, revision files or graph"},
    {3, "a check found something"},
    {10, "another runner holds the lock; worth a retry"},
    {11, "the database cannot be reached; worth a retry"},
    {12, "wait timed out"},
    {13, "the run's own timeout"},
    {20, "an SQL error or a failed assert; the step was rolled back"},
    {21, "checksum, missing revision, divergence or drift"},
    {22, "the plan needs approval"},
    {23, "the backup failed; nothing was changed"},
    {24, "stopped half-way in non-transactional work; status says how to go on"},
    {25, "failed, then reverted or restored"},
    {26, "no right or no way; nothing was changed"},
    {70, "a bug in the migrator"},
    {143, "stopped by a signal, cleanly; worth a retry"},
};

} // namespace

const std::vector<Verb> &verbs() {
  static const std::vector<Verb> table = make_verbs();
  return table;
}

const Verb *find_verb(std::string_view name) {
  const auto found = std::find_if(verbs().begin(), verbs().end(), [&](const Verb &verb) { return verb.name == name; });
  return found == verbs().end() ? nullptr : &*found;
}

std::span<const Flag> global_flags() {
  return kGlobal;
}

std::string_view long_name(const Flag &flag) {
  return flag.names.substr(flag.names.find("--"));
}

std::string_view short_name(const Flag &flag) {
  return flag.names.size() > 2 && flag.names[1] != '-' ? flag.names.substr(0, 2) : std::string_view();
}

std::string_view exit_code_meaning(int code) {
  for (const ExitCode &row : kExitCodes)
    if (row.code == code) return row.meaning;
  return "unknown";
}

} // namespace migrator::cli
