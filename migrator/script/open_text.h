// Whether a line of SQL stands inside something that began above it: a literal, a quoted name, a comment, COPY data. For the parser, which cuts SQL at
// directives wherever they stand, and says so where that cannot be meant. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/script/script.h"
#include "migrator/script/tokenizer.h"

namespace migrator::script {

struct OpenText {
  Token token;
  std::size_t begin = 0; // offset of the token
};

// What is open at each of these offsets, each the first of a line, before the text's end; they are sorted.
std::vector<std::optional<OpenText>> open_at(std::string_view sql, Dialect dialect, const std::vector<std::size_t> &offsets);
// … in all of these dialects, as one of them says it.
std::vector<std::optional<OpenText>> open_in_all(std::string_view sql, const std::vector<Dialect> &dialects,
                                                 const std::vector<std::size_t> &offsets);

// What to do about a line, or almost one, that begins with `-- migrate:` there. `line`: where the open text begins.
std::string directive_inside(std::string_view directive, const Token &open, int line);
// The same as a clause, where another database sees nothing open.
std::string if_it_belongs(const Token &open, int line);

} // namespace migrator::script
