// The table of verbs and flags: what the parser accepts, what --help says and what the shells complete all come from here. Values
// only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace migrator::cli {

struct Flag {
  std::string_view names; // "-m,--message": short first, parted by a comma
  std::string_view value; // how its value is called in --help ("TEXT"); empty: a switch
  std::string_view help;
  bool repeatable = false;
  std::string_view choices = {}; // the allowed values, parted by blanks; empty: any
};

struct Example {
  std::string_view command;
  std::string_view meaning;
};

enum class VerbId : std::uint8_t {
  Init,
  Revision,
  Upgrade,
  Downgrade,
  Migrate,
  Plan,
  Current,
  History,
  Show,
  Heads,
  Branches,
  Merge,
  Stamp,
  EnsureVersion,
  Edit,
  Status,
  Wait,
  Backup,
  Backups,
  Restore,
  Verify,
  Check,
  Diff,
  Completion,
};

struct Verb {
  VerbId id;
  std::string_view name;
  std::string_view arguments; // as --help writes them: "TARGET", "[REVISION…]"
  std::size_t least_arguments;
  std::size_t most_arguments;
  bool completes_revisions;
  std::string_view summary;     // one line for the overview
  std::string_view description; // for --help
  std::vector<std::span<const Flag>> flags;
  std::vector<Example> examples;
  std::vector<int> exit_codes; // besides 0, 2 and 70
};

// In the order of the overview.
const std::vector<Verb> &verbs();
const Verb *find_verb(std::string_view name);
std::span<const Flag> global_flags();

// The long name ("--message").
std::string_view long_name(const Flag &flag);
// The short name ("-m"), empty if there is none.
std::string_view short_name(const Flag &flag);

// What an exit code means, in a few words; the table in the README says the same.
std::string_view exit_code_meaning(int code);

} // namespace migrator::cli
