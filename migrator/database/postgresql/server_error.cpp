// See server_error.h.
#include "migrator/database/postgresql/server_error.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "migrator/script/tokenizer.h"

namespace migrator::database::postgresql {

namespace {

using script::TokenKind;

void replace_all(std::string &text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

bool is_password_word(const script::Token &token) {
  if (script::is_word(token, "PASSWORD")) return true;
  return token.kind == TokenKind::QuotedIdentifier && token.text == "\"password\"";
}

// What stands between a literal's quotes; another token as it is.
std::string_view inside(const script::Token &token) {
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
  script::Tokenizer tokenizer(sql, Dialect::Postgresql);
  bool about_role = false;
  bool password_before = false;
  for (int place = 0;; ++place) {
    const auto token = tokenizer.next_significant();
    if (!token) return secrets;
    if (place == 1) about_role = script::is_word(*token, "ROLE") || script::is_word(*token, "USER");
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

// The line of a place that is given in characters.
int line_of(const Statement &statement, int position) {
  int line = statement.line;
  int characters = 0;
  for (const char c : statement.text) {
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins_character && ++characters >= position) break;
    if (c == '\n') ++line;
  }
  return line;
}

std::optional<Error> common_error(const Complaint &complaint, const std::string &primary) {
  Error error;
  error.sqlstate = complaint.sqlstate;
  if (complaint.lost) {
    error.code = ErrorCode::ConnectionLost;
    error.message =
        fmt::format("the connection to PostgreSQL was lost ({}): what was not committed is rolled back; check the server, then "
                    "run the same command again",
                    primary);
    return error;
  }
  if (complaint.interrupted) {
    error.code = ErrorCode::Terminated;
    error.message = "the statement was stopped on request: run the same command again to go on";
    return error;
  }
  if (complaint.sqlstate == "55P03") {
    error.code = ErrorCode::LockTimeout;
    error.message =
        fmt::format("{}: another session holds a lock that this needs; run the command again when it is done, or raise "
                    "lock_timeout",
                    primary);
    return error;
  }
  return std::nullopt;
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

Error statement_error(const Complaint &complaint, const Statement &statement) {
  const std::string primary = without_passwords(complaint.primary, statement.text);
  Error error;
  if (auto common = common_error(complaint, primary)) {
    error = std::move(*common);
  } else {
    error.code = ErrorCode::SqlError;
    error.sqlstate = complaint.sqlstate;
    error.message = primary;
    if (complaint.sqlstate == "57014") {
      error.message += ": raise statement_timeout if it was that, else look who cancelled it";
    } else if (complaint.sqlstate == "25001") {
      error.message += ": put it into a section of its own, `-- migrate:up transaction:false`";
    } else if (complaint.sqlstate == "42501") {
      error.message += ": grant the role that runs the migration what it needs, or run it as the owner";
    } else if (complaint.sqlstate == "25006") {
      error.message += ": nothing may be written here";
    }
  }
  error.line = complaint.position > 0 ? line_of(statement, complaint.position) : statement.line;
  return error;
}

Error own_error(const Complaint &complaint, std::string_view doing) {
  if (auto common = common_error(complaint, complaint.primary)) return std::move(*common);
  Error error;
  error.sqlstate = complaint.sqlstate;
  error.message = fmt::format("{} failed: {}", doing, complaint.primary);
  if (complaint.sqlstate == "42501") {
    error.code = ErrorCode::NoPermission;
  } else if (complaint.sqlstate == "25006") {
    error.code = ErrorCode::NotWritable;
    error.message += "; point database_url at a server that takes writes";
  } else {
    error.code = ErrorCode::SqlError;
  }
  return error;
}

} // namespace migrator::database::postgresql
