// The words of SQLite's SQL: enough to find the ends of statements and to tell what kind each is. Pure; used by the dialect and by
// the connection's look at a statement before it runs. It parses nothing: SQLite itself judges what a statement means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::database::sqlite {

enum class TokenKind : std::uint8_t {
  Word,      // a keyword, an unquoted name or a number
  Quoted,    // 'text', "name", `name` or [name], quotes included
  Semicolon, //
  Other,     // one other character: an operator, a parenthesis, a dot
  Open,      // a quote or comment that is never closed; it takes the rest of the text
  End,       // nothing is left
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::size_t offset = 0;
  std::string_view text;
};

// Walks over a text once, leaving out blanks and comments. The text must outlive it.
class Scanner {
public:
  explicit Scanner(std::string_view sql, std::size_t from = 0) : sql_(sql), at_(from) {}
  Token next();
  // Goes to the end of the line and gives what was left of it.
  std::string_view rest_of_line();

private:
  bool skip_blanks(); // false: an unclosed comment starts at at_
  Token take(TokenKind kind, std::size_t end);

  std::string_view sql_;
  std::size_t at_;
};

// Whether a word is this keyword (given in upper case).
bool is_keyword(const Token &token, std::string_view keyword);

// The first tokens of a statement, at most `count`, ending before its first parenthesis or semicolon.
std::vector<Token> leading_tokens(std::string_view sql, std::size_t count);

// A name without its quotes; an unquoted one as it is.
std::string unquoted(std::string_view name);

// A name in double quotes.
std::string in_double_quotes(std::string_view name);

} // namespace migrator::database::sqlite
