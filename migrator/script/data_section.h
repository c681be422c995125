// What a `data` section must hold, as far as tokens tell it: exactly one statement, that uses `:from` and `:to`. Whether it is an UPDATE, DELETE or
// INSERT … SELECT the database's own parser says later. Pure.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "migrator/script/script.h"

namespace migrator::script {

struct LineComplaint {
  int line = 0;
  std::string message;
};

// Checks a data section and leaves exactly one SqlText in it: runs of comments alone are dropped.
tl::expected<void, LineComplaint> check_data_section(Section &section);

} // namespace migrator::script
