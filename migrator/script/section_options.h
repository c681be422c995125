// What stands on the lines of sections: the options of up, down and data, the query of assert, the rule of allow. Answers messages without a position. Pure.
#pragma once

#include "migrator/script/directive.h"
#include "migrator/script/script.h"

namespace migrator::script {

// The section that `up`, `down` or `data` opens, with neither line nor items. `direction` is what a data section stands in.
Read<Section> read_section(const Directive &directive, Direction direction);

// One query, without a closing semicolon. `dialect`: the section's; none checks it as both databases would read it.
Read<Assert> read_assert(const Directive &directive, std::optional<Dialect> dialect);

Read<Allow> read_allow(const Directive &directive);

} // namespace migrator::script
