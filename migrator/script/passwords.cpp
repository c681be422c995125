// See passwords.h.
#include "migrator/script/passwords.h"

#include <algorithm>
#include <vector>

#include "migrator/script/tokenizer.h"

namespace migrator::script {

namespace {

void replace_all(std::string &text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

bool is_password_word(const Token &token) {
  if (is_word(token, "PASSWORD")) return true;
  return token.kind == TokenKind::QuotedIdentifier && token.text == "\"password\"";
}

// What stands between a literal's quotes; another token as it is.
std::string_view inside(const Token &token) {
  const auto text = token.text;
  if (token.kind != TokenKind::String || token.unterminated) return text;
  const bool dollars = text.front() == '$';
  const auto opening = (dollars ? text.find('$', 1) : text.find('\'')) + 1;
  const auto closing = dollars ? opening : 1;
  return text.size() >= opening + closing ? text.substr(opening, text.size() - opening - closing) : text;
}

// What stands after PASSWORD: a literal anywhere; in a statement about a role also a word, for somebody may have forgotten the quotes.
std::vector<std::string_view> secrets_of(std::string_view sql) {
  std::vector<std::string_view> secrets;
  Tokenizer tokenizer(sql, Dialect::Postgresql);
  bool about_role = false;
  bool password_before = false;
  for (int place = 0;; ++place) {
    const auto token = tokenizer.next_significant();
    if (!token) return secrets;
    if (place == 1) about_role = is_word(*token, "ROLE") || is_word(*token, "USER");
    const bool word =
        token->kind == TokenKind::Word || token->kind == TokenKind::QuotedIdentifier || token->kind == TokenKind::Number;
    if (password_before && (token->kind == TokenKind::String || (about_role && word))) secrets.push_back(inside(*token));
    password_before = is_password_word(*token) || (password_before && token->text == "=");
  }
}

// password=… of a connection string, up to a blank, a quote or an ampersand.
void hide_connection_passwords(std::string &text) {
  constexpr std::string_view kKey = "password=";
  for (auto at = text.find(kKey); at != std::string::npos; at = text.find(kKey, at + kKey.size())) {
    const auto from = at + kKey.size();
    const auto to = std::min(text.find_first_of(" \t\n&'\"", from), text.size());
    text.replace(from, to - from, "***");
  }
}

} // namespace

std::string without_passwords(std::string_view text, std::string_view sql) {
  std::string hidden(text);
  for (const auto source : {sql, text}) {
    for (const auto secret : secrets_of(source)) {
      if (!secret.empty()) replace_all(hidden, secret, "***");
    }
  }
  hide_connection_passwords(hidden);
  return hidden;
}

} // namespace migrator::script
