#include "migrator/script/batch_parameters.h"

#include <fmt/format.h>

#include "migrator/script/tokenizer.h"

namespace migrator::script {

Result<std::string> bind_batch(std::string_view sql, Dialect dialect, std::string_view from_replacement,
                               std::string_view to_replacement) {
  std::string bound;
  bound.reserve(sql.size());
  bool from = false;
  bool to = false;
  Tokenizer tokens(sql, dialect);
  while (const auto token = tokens.next()) {
    if (token->kind == TokenKind::Parameter && token->text == ":from") {
      from = true;
      bound += from_replacement;
    } else if (token->kind == TokenKind::Parameter && token->text == ":to") {
      to = true;
      bound += to_replacement;
    } else {
      bound += token->text;
    }
  }
  if (!from || !to) {
    return fail(ErrorCode::InvalidRevisionFile,
                fmt::format("the statement of this data section does not use `{}`: restrict it to one batch, for example with "
                            "`WHERE id > :from AND id <= :to`",
                            from ? ":to" : ":from"));
  }
  return bound;
}

} // namespace migrator::script
