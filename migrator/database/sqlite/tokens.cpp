// The scanner behind tokens.h. Linear: every character is looked at once. It follows SQLite's own lexical rules (sqlite.org,
// "SQL As Understood By SQLite"): comments do not nest, a doubled quote stands for itself, [name] has no escape.
#include "migrator/database/sqlite/tokens.h"

#include <algorithm>

#include "migrator/text/ascii.h"

namespace migrator::database::sqlite {

namespace {

bool is_blank(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r' || character == '\f';
}

bool is_word(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_' ||
         byte == '$' || byte >= 0x80;
}

} // namespace

bool Scanner::skip_blanks() {
  while (at_ < sql_.size()) {
    if (is_blank(sql_[at_])) {
      ++at_;
    } else if (sql_.compare(at_, 2, "--") == 0) {
      at_ = std::min(sql_.find('\n', at_), sql_.size());
    } else if (sql_.compare(at_, 2, "/*") == 0) {
      const std::size_t close = sql_.find("*/", at_ + 2);
      if (close == std::string_view::npos) return false;
      at_ = close + 2;
    } else {
      break;
    }
  }
  return true;
}

Token Scanner::take(TokenKind kind, std::size_t end) {
  const Token token{kind, at_, sql_.substr(at_, end - at_)};
  at_ = end;
  return token;
}

Token Scanner::next() {
  if (!skip_blanks()) return take(TokenKind::Open, sql_.size());
  if (at_ >= sql_.size()) return Token{TokenKind::End, sql_.size(), {}};
  const char first = sql_[at_];
  if (first == ';') return take(TokenKind::Semicolon, at_ + 1);
  if (first == '\'' || first == '"' || first == '`' || first == '[') {
    const char close = first == '[' ? ']' : first;
    std::size_t end = sql_.find(close, at_ + 1);
    while (first != '[' && end != std::string_view::npos && end + 1 < sql_.size() && sql_[end + 1] == close)
      end = sql_.find(close, end + 2);
    if (end == std::string_view::npos) return take(TokenKind::Open, sql_.size());
    return take(TokenKind::Quoted, end + 1);
  }
  if (!is_word(first)) return take(TokenKind::Other, at_ + 1);
  std::size_t end = at_ + 1;
  while (end < sql_.size() && is_word(sql_[end])) ++end;
  return take(TokenKind::Word, end);
}

std::string_view Scanner::rest_of_line() {
  const std::size_t end = std::min(sql_.find('\n', at_), sql_.size());
  return take(TokenKind::Other, end).text;
}

bool is_keyword(const Token &token, std::string_view keyword) {
  return token.kind == TokenKind::Word && token.text.size() == keyword.size() &&
         std::equal(keyword.begin(), keyword.end(), token.text.begin(),
                    [](char wanted, char found) { return wanted == text::upper(found); });
}

std::vector<Token> leading_tokens(std::string_view sql, std::size_t count) {
  std::vector<Token> tokens;
  Scanner scanner(sql);
  while (tokens.size() < count) {
    const Token token = scanner.next();
    if (token.kind == TokenKind::End || token.kind == TokenKind::Open || token.kind == TokenKind::Semicolon || token.text == "(")
      break;
    tokens.push_back(token);
  }
  return tokens;
}

std::string unquoted(std::string_view name) {
  if (name.size() < 2) return std::string(name);
  const char first = name.front();
  if (first != '"' && first != '`' && first != '[' && first != '\'') return std::string(name);
  const std::string_view inner = name.substr(1, name.size() - 2);
  if (first == '[') return std::string(inner);
  std::string out;
  for (std::size_t at = 0; at < inner.size(); ++at) {
    out.push_back(inner[at]);
    if (inner[at] == first) ++at; // the second of a doubled quote
  }
  return out;
}

std::string in_double_quotes(std::string_view name) {
  std::string out = "\"";
  for (const char character : name) {
    out.push_back(character);
    if (character == '"') out.push_back('"');
  }
  return out + "\"";
}

} // namespace migrator::database::sqlite
