#include "migrator/script/tokenizer.h"

#include <algorithm>

#include "migrator/text/ascii.h"

namespace migrator::script {

namespace {

constexpr std::string_view kOperatorCharacters = "~!@#^&|`?+-*/%<>=";
constexpr std::string_view kCharactersThatFreeTheEnd = "~!@#^&|`?%";

bool is_blank(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_hex_digit(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool begins_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) noexcept {
  return begins_word(c) || is_digit(c) || c == '$';
}
bool contains(std::string_view set, char c) noexcept {
  return set.find(c) != std::string_view::npos;
}

} // namespace

bool is_word(const Token &token, std::string_view upper_case) noexcept {
  return token.kind == TokenKind::Word && std::equal(token.text.begin(), token.text.end(), upper_case.begin(), upper_case.end(),
                                                     [](char a, char b) { return text::upper(a) == b; });
}

bool is_restrict_command(const Token &token) noexcept {
  if (token.kind != TokenKind::MetaCommand) return false;
  const auto command = token.text.substr(0, token.text.find_first_of(" \t\r\f\v"));
  return command == "\\restrict" || command == "\\unrestrict";
}

std::optional<Token> Tokenizer::next() {
  if (at_ >= sql_.size()) return std::nullopt;
  const Token token = dialect_ == Dialect::Sqlite ? sqlite_token() : postgresql_token();
  at_ += token.text.size();
  if (dialect_ == Dialect::Postgresql) follow(token);
  return token;
}

std::optional<Token> Tokenizer::next_significant() {
  auto token = next();
  while (token && !is_significant(token->kind)) token = next();
  return token;
}

// --- what both databases share ---------------------------------------------------------------------------------------------

Token Tokenizer::blank() const noexcept {
  std::size_t length = 1;
  // The line end that COPY data begins after must end its token.
  const bool stop_at_line_end = copy_ == CopyState::Pending;
  if (stop_at_line_end && peek() == '\n') return make(TokenKind::Blank, 1);
  while (is_blank(peek(length))) {
    ++length;
    if (stop_at_line_end && peek(length - 1) == '\n') break;
  }
  return make(TokenKind::Blank, length);
}

Token Tokenizer::line_comment() const noexcept {
  const auto end = sql_.find_first_of(dialect_ == Dialect::Sqlite ? std::string_view("\n") : std::string_view("\n\r"), at_);
  return make(TokenKind::Comment, (end == std::string_view::npos ? sql_.size() : end) - at_);
}

Token Tokenizer::block_comment(bool nested) const noexcept {
  const TokenKind kind = peek(2) == '+' ? TokenKind::Hint : TokenKind::Comment;
  std::size_t depth = 1;
  std::size_t i = at_ + 2;
  while (i + 1 < sql_.size()) {
    if (sql_[i] == '*' && sql_[i + 1] == '/') {
      i += 2;
      if (--depth == 0) return make(kind, i - at_);
    } else if (nested && sql_[i] == '/' && sql_[i + 1] == '*') {
      i += 2;
      ++depth;
    } else {
      ++i;
    }
  }
  return make(kind, sql_.size() - at_, true);
}

// A literal that a doubled `close` does not end. A bracket cannot be doubled.
Token Tokenizer::quoted(TokenKind kind, std::size_t prefix, char close) const noexcept {
  std::size_t from = at_ + prefix + 1;
  for (;;) {
    const auto end = sql_.find(close, from);
    if (end == std::string_view::npos) return make(kind, sql_.size() - at_, true);
    if (close == ']' || end + 1 >= sql_.size() || sql_[end + 1] != close) return make(kind, end + 1 - at_);
    from = end + 2;
  }
}

Token Tokenizer::word() const noexcept {
  std::size_t length = 1;
  while (continues_word(peek(length))) ++length;
  return make(TokenKind::Word, length);
}

Token Tokenizer::number() const noexcept {
  std::size_t length = 0;
  const auto digits = [&](auto &&is_one) {
    while (is_one(peek(length)) || (peek(length) == '_' && is_one(peek(length + 1)))) ++length;
  };
  const char base = text::upper(peek(1));
  if (peek() == '0' && base == 'X' && is_hex_digit(peek(2))) {
    length = 2;
    digits(is_hex_digit);
    return make(TokenKind::Number, length);
  }
  if (dialect_ == Dialect::Postgresql && peek() == '0' && (base == 'O' || base == 'B') && is_digit(peek(2))) {
    length = 2;
    digits(is_digit);
    return make(TokenKind::Number, length);
  }
  digits(is_digit);
  // PostgreSQL's `1..10` is a number, two dots and a number.
  if (peek(length) == '.' && !(dialect_ == Dialect::Postgresql && peek(length + 1) == '.')) {
    ++length;
    digits(is_digit);
  }
  if (text::upper(peek(length)) == 'E') {
    const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
    if (is_digit(peek(length + 1 + sign))) {
      length += 1 + sign;
      digits(is_digit);
    }
  }
  return make(TokenKind::Number, length);
}

// --- SQLite -----------------------------------------------------------------------------------------------------------------

Token Tokenizer::sqlite_operator() const noexcept {
  constexpr std::string_view kLong[] = {"->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "!=", "=="};
  for (const auto candidate : kLong) {
    if (sql_.substr(at_, candidate.size()) == candidate) return make(TokenKind::Operator, candidate.size());
  }
  return make(TokenKind::Operator, 1);
}

Token Tokenizer::sqlite_token() {
  const char c = peek();
  if (is_blank(c)) return blank();
  if (c == '-' && peek(1) == '-') return line_comment();
  if (c == '/' && peek(1) == '*') return block_comment(false);
  if ((c == 'x' || c == 'X') && peek(1) == '\'') return quoted(TokenKind::String, 1, '\'');
  if (begins_word(c)) return word();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if ((c == ':' || c == '@' || c == '$' || c == '#') && continues_word(peek(1))) {
    std::size_t length = 2;
    while (continues_word(peek(length))) ++length;
    return make(TokenKind::Parameter, length);
  }
  switch (c) {
  case '\'':
    return quoted(TokenKind::String, 0, '\'');
  case '"':
    return quoted(TokenKind::QuotedIdentifier, 0, '"');
  case '`':
    return quoted(TokenKind::QuotedIdentifier, 0, '`');
  case '[':
    return quoted(TokenKind::QuotedIdentifier, 0, ']');
  case ';':
    return make(TokenKind::Semicolon, 1);
  case '?': {
    std::size_t length = 1;
    while (is_digit(peek(length))) ++length;
    return make(TokenKind::Parameter, length);
  }
  case ':':
    return peek(1) == ':' ? make(TokenKind::Operator, 2) : make(TokenKind::Punctuation, 1);
  default:
    if (contains("(),.]", c)) return make(TokenKind::Punctuation, 1);
    if (contains("+-*/%<>=!|&~", c)) return sqlite_operator();
    return make(TokenKind::Other, 1);
  }
}

// --- PostgreSQL ---------------------------------------------------------------------------------------------------------------

Token Tokenizer::escape_string(std::size_t prefix) const noexcept {
  std::size_t from = at_ + prefix + 1;
  for (;;) {
    const auto i = sql_.find_first_of("'\\", from);
    if (i == std::string_view::npos) return make(TokenKind::String, sql_.size() - at_, true);
    const char after = i + 1 < sql_.size() ? sql_[i + 1] : '\0';
    if (sql_[i] == '\'' && after != '\'') return make(TokenKind::String, i + 1 - at_);
    from = i + 2;
  }
}

// `$$…$$`, `$tag$…$tag$`, `$1`, or a lone dollar.
Token Tokenizer::dollar() const noexcept {
  std::size_t length = 1;
  if (is_digit(peek(1))) {
    while (is_digit(peek(length))) ++length;
    return make(TokenKind::Parameter, length);
  }
  while (peek(length) != '$' && continues_word(peek(length))) ++length;
  if (peek(length) != '$') return make(TokenKind::Other, 1);
  ++length;
  const auto close = sql_.find(sql_.substr(at_, length), at_ + length);
  if (close == std::string_view::npos) return make(TokenKind::String, sql_.size() - at_, true);
  return make(TokenKind::String, close + length - at_);
}

// As PostgreSQL's scanner does: the longest run of operator characters before a comment; unless one of ~ ! @ # ^ & | ` ? % is in it, an
// operator of several characters does not end in + or -, so that `a=-1` is an equality and a sign.
Token Tokenizer::postgresql_operator() {
  if (at_ >= operator_run_end_) {
    operator_run_end_ = at_;
    operator_run_last_ = at_;
    operator_run_free_ = false;
    while (operator_run_end_ < sql_.size() && contains(kOperatorCharacters, sql_[operator_run_end_])) {
      const auto pair = sql_.substr(operator_run_end_, 2);
      if (operator_run_end_ > at_ && (pair == "--" || pair == "/*")) break;
      const char c = sql_[operator_run_end_];
      if (contains(kCharactersThatFreeTheEnd, c)) operator_run_free_ = true;
      if (c != '+' && c != '-') operator_run_last_ = operator_run_end_;
      ++operator_run_end_;
    }
  }
  if (operator_run_free_) return make(TokenKind::Operator, operator_run_end_ - at_);
  return make(TokenKind::Operator, operator_run_last_ > at_ ? operator_run_last_ + 1 - at_ : 1);
}

Token Tokenizer::copy_token() {
  constexpr std::string_view kEnd = "\\.";
  const auto ends_line = [this](std::size_t i) { return i >= sql_.size() || sql_[i] == '\n'; };
  if (sql_.substr(at_, kEnd.size()) == kEnd && ends_line(at_ + kEnd.size())) return make(TokenKind::CopyEnd, kEnd.size());
  for (auto i = sql_.find("\n\\.", at_); i != std::string_view::npos; i = sql_.find("\n\\.", i + 1)) {
    if (ends_line(i + 1 + kEnd.size())) return make(TokenKind::CopyData, i + 1 - at_);
  }
  return make(TokenKind::CopyData, sql_.size() - at_, true);
}

Token Tokenizer::postgresql_token() {
  if (copy_ == CopyState::Data) return copy_token();
  const char c = peek();
  if (is_blank(c)) return blank();
  if (c == '-' && peek(1) == '-') return line_comment();
  if (c == '/' && peek(1) == '*') return block_comment(true);
  if (peek(1) == '\'') {
    if (c == 'e' || c == 'E') return escape_string(1);
    if (contains("bBxXnN", c)) return quoted(TokenKind::String, 1, '\'');
  }
  if ((c == 'u' || c == 'U') && peek(1) == '&') {
    if (peek(2) == '\'') return quoted(TokenKind::String, 2, '\'');
    if (peek(2) == '"') return quoted(TokenKind::QuotedIdentifier, 2, '"');
  }
  if (begins_word(c)) return word();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  switch (c) {
  case '\'':
    return escape_string_before_ && line_end_since_string_ ? escape_string(0) : quoted(TokenKind::String, 0, '\'');
  case '"':
    return quoted(TokenKind::QuotedIdentifier, 0, '"');
  case '$':
    return dollar();
  case ';':
    return make(TokenKind::Semicolon, 1);
  case '\\':
    if (statement_start_) {
      const auto end = sql_.find('\n', at_);
      return make(TokenKind::MetaCommand, (end == std::string_view::npos ? sql_.size() : end) - at_);
    }
    return make(TokenKind::Other, 1);
  case ':':
    if (peek(1) == ':' || peek(1) == '=') return make(TokenKind::Operator, 2);
    if (begins_word(peek(1))) {
      std::size_t length = 2;
      while (continues_word(peek(length))) ++length;
      return make(TokenKind::Parameter, length);
    }
    return make(TokenKind::Punctuation, 1);
  case '.':
    return peek(1) == '.' ? make(TokenKind::Operator, 2) : make(TokenKind::Punctuation, 1);
  default:
    if (contains("()[],", c)) return make(TokenKind::Punctuation, 1);
    if (contains(kOperatorCharacters, c)) return postgresql_operator();
    return make(TokenKind::Other, 1);
  }
}

// Keeps what later tokens depend on.
void Tokenizer::follow(const Token &token) noexcept {
  if (token.kind == TokenKind::String) {
    const bool escapes = token.text.front() == 'E' || token.text.front() == 'e' ||
                         (token.text.front() == '\'' && escape_string_before_ && line_end_since_string_);
    escape_string_before_ = escapes;
    line_end_since_string_ = false;
  } else if (token.kind == TokenKind::Blank) {
    line_end_since_string_ = line_end_since_string_ || token.text.find_first_of("\n\r") != std::string_view::npos;
  } else if (token.kind != TokenKind::Comment || token.text.front() == '/') {
    escape_string_before_ = false;
  }
  follow_copy(token);
  if (token.kind == TokenKind::Semicolon || token.kind == TokenKind::CopyEnd || token.kind == TokenKind::MetaCommand) {
    statement_start_ = true;
    parentheses_ = 0;
  } else if (is_significant(token.kind)) {
    statement_start_ = false;
  }
}

// Recognises `COPY … FROM stdin …;`, whose data begins on the line after the semicolon.
void Tokenizer::follow_copy(const Token &token) noexcept {
  if (copy_ == CopyState::Pending) {
    if (token.kind == TokenKind::Blank && token.text.back() == '\n') copy_ = CopyState::Data;
    return;
  }
  if (!is_significant(token.kind) || token.kind == TokenKind::CopyData) return;
  if (token.kind == TokenKind::CopyEnd) {
    copy_ = CopyState::None;
  } else if (token.kind == TokenKind::Semicolon) {
    copy_ = copy_ == CopyState::Stdin ? CopyState::Pending : CopyState::None;
  } else if (statement_start_) {
    copy_ = is_word(token, "COPY") ? CopyState::Copy : CopyState::None;
  } else if (token.text == "(") {
    ++parentheses_;
  } else if (token.text == ")") {
    --parentheses_;
  } else if (parentheses_ == 0 && copy_ == CopyState::Copy && is_word(token, "FROM")) {
    copy_ = CopyState::From;
  } else if (copy_ == CopyState::From) {
    copy_ = is_word(token, "STDIN") ? CopyState::Stdin : CopyState::None;
  }
}

} // namespace migrator::script
