#include "migrator/script/open_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "migrator/script/directive.h"
#include "migrator/script/quoting.h"

namespace migrator::script {

namespace {

// A line comment ends before its line does.
bool may_hold_lines(TokenKind kind) noexcept {
  return kind == TokenKind::String || kind == TokenKind::QuotedIdentifier || kind == TokenKind::Comment ||
         kind == TokenKind::Hint || kind == TokenKind::CopyData;
}

// `offset` is not behind the token.
bool is_within(const Token &token, std::size_t begin, std::size_t offset) noexcept {
  if (!may_hold_lines(token.kind) || token.text.substr(0, 2) == "--") return false;
  return token.kind == TokenKind::CopyData ? begin <= offset : begin < offset;
}

std::string what_of(const Token &token) {
  switch (token.kind) {
  case TokenKind::String:
    if (token.text.front() == '$')
      return fmt::format("the text in {}", in_backquotes(token.text.substr(0, token.text.find('$', 1) + 1)));
    return "the literal";
  case TokenKind::QuotedIdentifier:
    return "the quoted name";
  case TokenKind::CopyData:
    return "the COPY data";
  default:
    return "the comment";
  }
}

const char *advice_of(const Token &token) {
  switch (token.kind) {
  case TokenKind::CopyData:
    return "write its first character as \\x2d if it belongs there, or end the data with \\. above it";
  case TokenKind::Comment:
  case TokenKind::Hint:
    return "indent it if it belongs there, or close the comment above it";
  default:
    return "indent it if it belongs there, or close the quotes above it";
  }
}

} // namespace

std::vector<std::optional<OpenText>> open_at(std::string_view sql, Dialect dialect, const std::vector<std::size_t> &offsets) {
  std::vector<std::optional<OpenText>> open(offsets.size());
  Tokenizer tokens(sql, dialect);
  std::size_t begin = 0, at = 0;
  for (auto token = tokens.next(); token && at < offsets.size(); token = tokens.next()) {
    const std::size_t end = begin + token->text.size();
    while (at < offsets.size() && offsets[at] < end) {
      if (is_within(*token, begin, offsets[at])) open[at] = OpenText{*token, begin};
      ++at;
    }
    begin = end;
  }
  return open;
}

std::vector<std::optional<OpenText>> open_in_all(std::string_view sql, const std::vector<Dialect> &dialects,
                                                 const std::vector<std::size_t> &offsets) {
  std::vector<std::optional<OpenText>> open = open_at(sql, dialects.front(), offsets);
  const auto is_open = [](const auto &one) { return one.has_value(); };
  for (std::size_t d = 1; d < dialects.size() && std::any_of(open.begin(), open.end(), is_open); ++d) {
    const auto others = open_at(sql, dialects[d], offsets);
    for (std::size_t i = 0; i < open.size(); ++i)
      if (!others[i]) open[i].reset();
  }
  return open;
}

std::string directive_inside(std::string_view directive, const Token &open, int line) {
  return fmt::format("{} inside {} that begins on line {}: a line that begins so is always a directive; {}",
                     in_backquotes(directive), what_of(open), line, advice_of(open));
}

std::string if_it_belongs(const Token &open, int line) {
  return fmt::format("; if it belongs to {} that begins on line {}, indent it", what_of(open), line);
}

} // namespace migrator::script
