#include "migrator/script/data_section.h"

#include <algorithm>

#include "migrator/script/batch_parameters.h"
#include "migrator/script/tokenizer.h"

namespace migrator::script {

namespace {

constexpr Dialect kDialects[] = {Dialect::Sqlite, Dialect::Postgresql};

tl::unexpected<LineComplaint> second_statement(int line) {
  return tl::unexpected(LineComplaint{line, "a second statement in a data section: it holds one UPDATE, DELETE or INSERT; write "
                                            "`-- migrate:up` or `-- migrate:down` above what follows"});
}

// How many statements stand in the text: pieces between semicolons that are not empty.
int count_statements(std::string_view text, Dialect dialect) {
  Tokenizer tokens(text, dialect);
  int count = 0;
  bool inside = false;
  while (const auto token = tokens.next_significant()) {
    const bool ends = token->kind == TokenKind::Semicolon;
    if (!ends && !inside) ++count;
    inside = !ends;
  }
  return count;
}

bool says_nothing(const SectionItem &item, const Section &section) {
  const auto *const text = std::get_if<SqlText>(&item);
  return text != nullptr && std::none_of(std::begin(kDialects), std::end(kDialects), [&](Dialect dialect) {
           return section.applies_to(dialect) && Tokenizer(text->text, dialect).next_significant();
         });
}

} // namespace

tl::expected<void, LineComplaint> check_data_section(Section &section) {
  auto &items = section.items;
  items.erase(std::remove_if(items.begin(), items.end(), [&](const SectionItem &item) { return says_nothing(item, section); }),
              items.end());
  const SqlText *statement = nullptr;
  for (const auto &item : items) {
    const auto *const text = std::get_if<SqlText>(&item);
    if (text == nullptr) continue;
    if (statement != nullptr) return second_statement(text->line);
    statement = text;
  }
  if (statement == nullptr) {
    return tl::unexpected(
        LineComplaint{section.line, "a data section without a statement: write one UPDATE, DELETE or INSERT below it"});
  }
  for (const auto dialect : kDialects) {
    if (!section.applies_to(dialect)) continue;
    if (count_statements(statement->text, dialect) != 1) return second_statement(statement->line);
    if (auto bound = bind_batch(statement->text, dialect, "", ""); !bound) {
      return tl::unexpected(LineComplaint{statement->line, std::move(bound.error().message)});
    }
  }
  return {};
}

} // namespace migrator::script
