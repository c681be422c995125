// See statement_words.h. Must not look at the whole of a long statement: what is recognised here stands at its beginning.
#include "migrator/database/postgresql/statement_words.h"

#include <algorithm>
#include <cctype>

#include "migrator/text/ascii.h"

namespace migrator::database::postgresql {

namespace {
constexpr std::size_t kWithinReach = 64; // tokens
}

StatementWords::StatementWords(std::string_view sql) : sql_(sql) {
  script::Tokenizer tokenizer(sql, Dialect::Postgresql);
  while (tokens_.size() < kWithinReach) {
    const auto token = tokenizer.next_significant();
    if (!token) break;
    if (token->kind != script::TokenKind::Hint) tokens_.push_back(*token);
  }
}

bool StatementWords::next_is(std::string_view upper_case) const {
  return !at_end() && (script::is_word(tokens_[at_], upper_case) || tokens_[at_].text == upper_case);
}

bool StatementWords::take(std::string_view upper_case) {
  const bool found = next_is(upper_case);
  if (found) ++at_;
  return found;
}

bool StatementWords::take_any(std::initializer_list<std::string_view> upper_case) {
  return std::any_of(upper_case.begin(), upper_case.end(), [this](std::string_view word) { return take(word); });
}

bool StatementWords::take_all(std::initializer_list<std::string_view> upper_case) {
  const std::size_t start = at_;
  if (std::all_of(upper_case.begin(), upper_case.end(), [this](std::string_view word) { return take(word); })) return true;
  at_ = start;
  return false;
}

bool StatementWords::contains(std::initializer_list<std::string_view> upper_case) const {
  StatementWords ahead = *this;
  for (; !ahead.at_end(); ahead.skip()) {
    if (ahead.take_all(upper_case)) return true;
  }
  return false;
}

std::string StatementWords::next_upper() const {
  if (at_end()) return {};
  return text::upper(tokens_[at_].text);
}

std::string_view StatementWords::take_name() {
  const std::size_t start = at_;
  for (;;) {
    if (at_end()) break;
    const auto kind = tokens_[at_].kind;
    if (kind != script::TokenKind::Word && kind != script::TokenKind::QuotedIdentifier) break;
    ++at_;
    if (at_end() || tokens_[at_].text != ".") return between(start, at_);
    ++at_;
  }
  at_ = start;
  return {};
}

std::string_view StatementWords::take_string() {
  if (at_end() || tokens_[at_].kind != script::TokenKind::String) return {};
  return tokens_[at_++].text;
}

std::string_view StatementWords::take_parentheses() {
  if (!next_is("(")) return {};
  int depth = 0;
  for (std::size_t i = at_; i < tokens_.size(); ++i) {
    if (tokens_[i].text == "(") ++depth;
    if (tokens_[i].text == ")" && --depth == 0) {
      const auto text = between(at_, i + 1);
      at_ = i + 1;
      return text;
    }
  }
  return {};
}

std::string_view StatementWords::rest() const {
  return at_end() ? std::string_view() : sql_.substr(static_cast<std::size_t>(tokens_[at_].text.data() - sql_.data()));
}

std::string_view StatementWords::between(std::size_t first, std::size_t last) const {
  const auto &end = tokens_[last - 1].text;
  const char *from = tokens_[first].text.data();
  return {from, static_cast<std::size_t>(end.data() + end.size() - from)};
}

} // namespace migrator::database::postgresql
