// What the header's directives mean: fills a Script from revision, message, down_revision, depends_on, labels and created. Answers messages without a
// position. Pure.
#pragma once

#include "migrator/script/directive.h"
#include "migrator/script/script.h"

namespace migrator::script {

// Reads one header directive (is_header(directive.kind)) into `script`. The caller sees to it that each comes once.
Read<void> read_header(const Directive &directive, Script &script);

} // namespace migrator::script
