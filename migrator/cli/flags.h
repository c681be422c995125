// The flags, in groups that verbs share. Between verbs.cpp and the table that --help, the parser and the shells read; values only.
#pragma once

#include "migrator/cli/verbs.h"

namespace migrator::cli {

inline constexpr Flag kGlobal[] = {
    {"-c,--config", "FILE", "the settings file; default: migrator.yaml here or in a folder above"},
    {"--database-url", "URL", "the database; others can see it in the process list until it is read, so prefer DATABASE_URL"},
    {"--direct-url", "URL", "the same database past a transaction pooler"},
    {"--migrations", "FOLDER", "a folder of revisions; may be given several times", true},
    {"--version-table", "NAME", "the table that holds the heads; default: migrator_version"},
    {"--version-schema", "NAME", "the schema of that table"},
    {"--output", "FORMAT", "text, or json: one document on stdout", false, "text json"},
    {"--log-format", "FORMAT", "text, or json: one line an event on stderr", false, "text json"},
    {"--color", "WHEN", "auto, always or never", false, "auto always never"},
    {"-q,--quiet", "", "say nothing but results and errors"},
    {"-v,--verbose", "", "say more"},
    {"-y,--yes", "", "answer yes to every question"},
    {"-h,--help", "", "what the verb does, with examples"},
    {"-V,--version", "", "print the version"},
};

inline constexpr Flag kDirection[] = {
    {"--sql", "", "print the SQL and connect to nothing; the target may be START:END"},
};

inline constexpr Flag kDryRun[] = {
    {"--dry-run", "", "print the plan and change nothing"},
};

inline constexpr Flag kStrict[] = {
    {"--strict", "", "fail when the database has revisions that the files do not know"},
};

inline constexpr Flag kOnFailure[] = {
    {"--on-failure", "WHAT",
     "stop; revert: take back what this run has done by its down sections; restore: put the backup back, with --fence", false,
     "stop revert restore"},
};

inline constexpr Flag kRunBackup[] = {
    {"--backup", "", "take a backup before the first step; migrate does when a backup folder is configured"},
    {"--no-backup", "", "take none, whatever is configured"},
    {"--fence", "", "hold everybody else out of the database from before the backup to the end"},
};

inline constexpr Flag kBackupFolder[] = {
    {"--backup-folder", "FOLDER", "where backups are kept; default: backup.folder of the settings"},
};

inline constexpr Flag kVerify[] = {
    {"--verify", "HOW", "archive: read it through; restore: load it into a scratch database and compare; none", false,
     "archive restore none"},
};

inline constexpr Flag kTimeout[] = {
    {"--timeout", "DURATION", "end it after this long"},
};

inline constexpr Flag kBackups[] = {
    {"--remove", "ID", "remove this backup", true},
};

inline constexpr Flag kProve[] = {
    {"--restore", "", "also load it into a scratch database and compare"},
    {"--all", "", "every backup in the folder"},
};

inline constexpr Flag kRestore[] = {
    {"--into", "URL", "into another database, one that holds nothing, instead of the configured one"},
    {"--swap", "", "PostgreSQL: into a new database that then takes the name, instead of in place"},
    {"--other-database", "", "allow a backup that was taken of another database"},
};

inline constexpr Flag kLocks[] = {
    {"--lock-wait", "DURATION", "how long to wait for another runner; default 60s"},
    {"--lock-timeout", "DURATION", "how long a statement may wait for a lock; default 3s, 0 for ever"},
    {"--statement-timeout", "DURATION", "how long a statement may run; default 0, for ever"},
};

inline constexpr Flag kRunTimeout[] = {
    {"--timeout", "DURATION", "end the run after this long, from the lock on"},
};

inline constexpr Flag kReport[] = {
    {"--report", "FILE", "write a report of at most 4,096 bytes there, also of a dry run"},
    {"--run-id", "ID", "the id of this run in the journal; default: a random one"},
    {"--owner", "NAMESPACE/NAME/UID", "the Migration that this history belongs to"},
    {"--adopt", "UID", "take the history over from the Migration with this uid"},
};

inline constexpr Flag kReportSql[] = {
    {"--report-sql", "", "the report of a dry run holds the SQL, too, as far as there is room"},
};

inline constexpr Flag kMigrate[] = {
    {"--to", "TARGET", "where to go: head, heads, base, an id, label@head; several parted by commas", true},
    {"--allow-down", "", "steps down are allowed"},
    {"--exact", "", "take away every head that is not a target"},
};

inline constexpr Flag kApproved[] = {
    {"--approved", "HASH", "refuse any plan but the one with this hash"},
};

inline constexpr Flag kRevision[] = {
    {"-m,--message", "TEXT", "what the revision does"},
    {"--head", "TARGET", "the parent, or label@head; given several times it makes a merge; base starts a new history", true},
    {"--splice", "", "allow a parent that is not a head"},
    {"--branch-label", "NAME", "a name for the branch that starts here", true},
    {"--depends-on", "TARGET", "a revision or label that must be applied before", true},
    {"--rev-id", "ID", "the id; default: twelve random hex digits"},
    {"--version-path", "FOLDER", "the folder for the file; default: the parent's"},
};

inline constexpr Flag kAutogenerate[] = {
    {"--autogenerate", "", "write the SQL that makes what the models want of what the revisions make"},
    {"--rename", "OLD:NEW",
     "a table (old:new) or a column (table.old:new) was renamed, not dropped and made; names with dots stand in double quotes",
     true},
    {"--dry-run", "", "with --autogenerate: print the file and write nothing"},
};

inline constexpr Flag kDialect[] = {
    {"--dialect", "DIALECT", "compare for this database; default: what the settings name", true, "sqlite postgresql"},
};

inline constexpr Flag kCheck[] = {
    {"--revisions", "", "the models against what the revision files make; no database is asked"},
    {"--drift", "", "the database against what its revisions make"},
    {"--snapshot", "FILE", "the database against a snapshot; reads catalogs alone, so it fits production"},
    {"--write-snapshot", "FILE", "write the snapshot of what the revision files make, and compare nothing"},
};

inline constexpr Flag kMerge[] = {
    {"-m,--message", "TEXT", "what the merge is for"},
    {"--branch-label", "NAME", "a name for the branch that starts here", true},
    {"--rev-id", "ID", "the id; default: twelve random hex digits"},
};

inline constexpr Flag kStamp[] = {
    {"--purge", "", "empty the version table first"},
};

inline constexpr Flag kSqlOnly[] = {
    {"--sql", "", "print the SQL and connect to nothing"},
};

inline constexpr Flag kCurrent[] = {
    {"--check-heads", "", "exit with 3 unless the database is at every head"},
};

inline constexpr Flag kHistory[] = {
    {"-r,--rev-range", "START:END", "only these; relative targets and current work"},
    {"-i,--indicate-current", "", "mark where the database stands"},
};

inline constexpr Flag kHeads[] = {
    {"--resolve-dependencies", "", "leave out heads that another revision depends on"},
};

inline constexpr Flag kStatus[] = {
    {"--drift", "", "look for drift, too: the database against what its revisions make in a scratch database"},
    {"--snapshot", "FILE", "the same against a snapshot of `check --write-snapshot`, without a scratch database"},
};

inline constexpr Flag kWait[] = {
    {"--revision", "REVISION", "what to wait for; default: every head of the files", true},
    {"--timeout", "DURATION", "give up after this long; default 10m"},
    {"--for", "migration/NAME", "ask the Kubernetes API until this Migration is Ready, instead of the database"},
    {"-n,--namespace", "NAMESPACE", "of the Migration; default: the context's, in a pod the pod's"},
    {"--context", "CONTEXT", "of the kubeconfig; default: the current one"},
    {"--kubeconfig", "FILE", "default: KUBECONFIG, else the pod's ServiceAccount, else ~/.kube/config"},
};

} // namespace migrator::cli
