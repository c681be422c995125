// The verbs upgrade, downgrade and migrate (and plan): each says what it asks for; move.h carries it out.
#include "migrator/commands/commands.h"
#include "migrator/commands/move.h"

namespace migrator::commands {

Status upgrade(const Context &context, const cli::UpgradeArguments &arguments) {
  graph::MigrateOptions options;
  options.strict = arguments.moving.strict;
  return move(context, MoveRequest{{plan::Request::Verb::Upgrade, {arguments.target}, options}, arguments.moving, {}});
}

Status downgrade(const Context &context, const cli::DowngradeArguments &arguments) {
  return move(context, MoveRequest{{plan::Request::Verb::Downgrade, {arguments.target}, {}}, arguments.moving, {}});
}

Status migrate(const Context &context, const cli::MigrateArguments &arguments) {
  const graph::MigrateOptions options{arguments.allow_down, arguments.exact, arguments.moving.strict};
  return move(context,
              MoveRequest{{plan::Request::Verb::Migrate, arguments.targets, options}, arguments.moving, arguments.approved});
}

} // namespace migrator::commands
