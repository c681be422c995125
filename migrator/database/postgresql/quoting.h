// Names and texts as SQL, for the statements that we write ourselves. Pure.
#pragma once

#include <string>
#include <string_view>

namespace migrator::database::postgresql {

// "name", with its quotes doubled.
std::string quote_identifier(std::string_view name);
// "schema"."name"
std::string quote_qualified(std::string_view schema, std::string_view name);
// A string literal that reads the same whatever standard_conforming_strings is.
std::string quote_literal(std::string_view text);

} // namespace migrator::database::postgresql
