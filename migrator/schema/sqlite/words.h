// SQLite's DDL as words, and the one spelling of it that compares: what is written differently and means the same gives equal text. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "migrator/script/tokenizer.h"

namespace migrator::schema::sqlite {

struct Word {
  script::TokenKind kind = script::TokenKind::Other;
  std::string_view text; // points into the SQL it was cut from
  std::size_t at = 0;    // its offset there

  std::size_t end() const noexcept { return at + text.size(); }
  bool is(std::string_view upper_case) const noexcept; // a keyword, or a character such as "("
  bool is_name() const noexcept;                       // quoted in any way, or a plain word
};

using Words = std::vector<Word>;

// Without blanks, comments, hints and the closing semicolons. A text in single quotes that SQLite takes for a name is a QuotedIdentifier.
Words words(std::string_view sql);

// ASCII letters in lower case: how SQLite compares names.
std::string folded(std::string_view text);
// A name without its quotes, as it was spelled.
std::string plain(const Word &word);
// In double quotes.
std::string quote_name(std::string_view name);
// In single quotes.
std::string literal(std::string_view text);

// What tells names from texts in double quotes: SQLite takes a "word" that names nothing for a text.
struct Context {
  std::unordered_set<std::string> names; // folded: tables, views and columns that the text may speak of
  std::string own;                       // folded: the table that an expression belongs to: "t.a" in it is "a"; empty: none
};

// The words from `begin` to `end` in their one spelling, one blank between two: words in lower case but those after AS, which name a result
// column; names quoted only where they need it, and texts in single quotes: SQLite itself rewrites those in double quotes when it renames or drops a
// column anywhere; == as =, != as <>.
std::string normal(const Words &all, std::size_t begin, std::size_t end, const Context &context);

} // namespace migrator::schema::sqlite
