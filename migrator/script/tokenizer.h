// Cuts SQL into tokens, by the lexical rules of each database: what checksums are taken over, and how `:from` and `:to` are told
// from text inside literals. It does not parse SQL and does not find statements: the databases' own parsers do that. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "migrator/script/script.h"

namespace migrator::script {

enum class TokenKind : std::uint8_t {
  Blank,            // a run of blanks and line ends
  Comment,          // `-- …` without its line end, or `/* … */` (nested on PostgreSQL, not on SQLite)
  Hint,             // `/*+ … */`
  Word,             // a keyword or a plain identifier
  QuotedIdentifier, // "…"; SQLite also `…` and […]; PostgreSQL also U&"…"
  String,           // '…' with its prefix (X, and on PostgreSQL also E, B, N, U&), or $tag$…$tag$
  Number,
  Parameter, // :name, $1; SQLite also ?, ?1, @name, $name
  Operator,
  Semicolon,
  Punctuation, // ( ) [ ] , . :
  CopyData,    // PostgreSQL: the lines after `COPY … FROM stdin;`, verbatim, each with its line end
  CopyEnd,     // PostgreSQL: the `\.` that ends them
  MetaCommand, // PostgreSQL: a psql command, from a backslash that begins a statement to the end of its line
  Other,       // a byte that begins none of these
};

struct Token {
  TokenKind kind = TokenKind::Other;
  std::string_view text;     // never empty; points into the tokenizer's text
  bool unterminated = false; // a literal, comment or COPY data that the text's end cut off
};

// Whether a token says something: all kinds but blanks and comments (hints do).
constexpr bool is_significant(TokenKind kind) noexcept {
  return kind != TokenKind::Blank && kind != TokenKind::Comment;
}

// `\restrict KEY` and `\unrestrict KEY`, which pg_dump writes around its output.
bool is_restrict_command(const Token &token) noexcept;

// Case-insensitive (ASCII) comparison of a Word with an upper-case keyword.
bool is_word(const Token &token, std::string_view upper_case) noexcept;

// Gives the tokens of a text one after the other. They cover it exactly: put together they are the text. Never fails, takes time linear in the
// text, keeps no copy of it. Assumes standard_conforming_strings on PostgreSQL. Not thread-safe.
class Tokenizer {
public:
  // `sql` must outlive the tokenizer and its tokens. Line ends are LF.
  Tokenizer(std::string_view sql, Dialect dialect) noexcept : sql_(sql), dialect_(dialect) {}

  // The next token; nullopt at the end.
  std::optional<Token> next();
  // The next significant one.
  std::optional<Token> next_significant();

private:
  enum class CopyState : std::uint8_t { None, Copy, From, Stdin, Pending, Data };

  Token sqlite_token();
  Token postgresql_token();
  Token copy_token();
  Token blank() const noexcept;
  Token line_comment() const noexcept;
  Token block_comment(bool nested) const noexcept;
  Token quoted(TokenKind kind, std::size_t prefix, char close) const noexcept;
  Token escape_string(std::size_t prefix) const noexcept;
  Token dollar() const noexcept;
  Token word() const noexcept;
  Token number() const noexcept;
  Token postgresql_operator();
  Token sqlite_operator() const noexcept;
  void follow(const Token &token) noexcept;
  void follow_copy(const Token &token) noexcept;

  // The character `ahead` of the current place; 0 past the end.
  char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }
  Token make(TokenKind kind, std::size_t length, bool unterminated = false) const noexcept {
    return Token{kind, sql_.substr(at_, length), unterminated};
  }

  std::string_view sql_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::size_t operator_run_end_ = 0;  // PostgreSQL: the run of operator characters that was looked at last
  std::size_t operator_run_last_ = 0; // … and its last character that is neither + nor -
  bool operator_run_free_ = false;    // … and whether an operator in it may end in + or -
  bool statement_start_ = true;
  int parentheses_ = 0;
  CopyState copy_ = CopyState::None;
  bool escape_string_before_ = false; // an E'…' that another '…' on a later line continues, with its escapes
  bool line_end_since_string_ = false;
};

} // namespace migrator::script
