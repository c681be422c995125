// The splitter behind dialect.h: one pass of the scanner proposes the ends, sqlite3_complete() confirms each, so that a long file
// costs one look at every character. Makes no connection.
#include "migrator/database/sqlite/dialect.h"

#include <algorithm>

#include <sqlite3.h>

#include "migrator/database/sqlite/tokens.h"
#include "migrator/text/ascii.h"

namespace migrator::database::sqlite {

namespace {

// Follows one statement from its first token to its end, with the states of sqlite3_complete(): a trigger ends at `; END ;` only.
class Boundary {
public:
  bool started() const noexcept { return started_; }
  bool in_trigger() const noexcept { return state_ >= State::Trigger; }
  std::size_t begin() const noexcept { return begin_; }
  std::size_t end() const noexcept { return end_; }
  // Whether the text may end here without a semicolon.
  bool may_end() const noexcept { return !in_trigger() || state_ == State::AfterEnd; }

  // Takes the next token; true if it is the semicolon that ends the statement.
  bool take(const Token &token) {
    if (token.kind == TokenKind::Semicolon) {
      if (may_end()) return true;
      state_ = State::AfterSemicolon;
    } else {
      if (!started_) begin_ = token.offset;
      state_ = after(token);
      started_ = true;
    }
    end_ = token.offset + token.text.size();
    return false;
  }

private:
  enum class State : std::uint8_t { Start, Explain, Create, Normal, Trigger, AfterSemicolon, AfterEnd };

  State after(const Token &token) const {
    switch (state_) {
    case State::Start:
      if (is_keyword(token, "EXPLAIN")) return State::Explain;
      return is_keyword(token, "CREATE") ? State::Create : State::Normal;
    case State::Explain: // EXPLAIN QUERY PLAN
      if (is_keyword(token, "QUERY") || is_keyword(token, "PLAN")) return State::Explain;
      return is_keyword(token, "CREATE") ? State::Create : State::Normal;
    case State::Create:
      if (is_keyword(token, "TEMP") || is_keyword(token, "TEMPORARY")) return State::Create;
      return is_keyword(token, "TRIGGER") ? State::Trigger : State::Normal;
    case State::AfterSemicolon:
      return is_keyword(token, "END") ? State::AfterEnd : State::Trigger;
    case State::Trigger:
    case State::AfterEnd:
      return State::Trigger;
    case State::Normal:
      break;
    }
    return State::Normal;
  }

  State state_ = State::Start;
  bool started_ = false;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// Lines of offsets that only grow.
class LineCounter {
public:
  LineCounter(std::string_view text, int first) : text_(text), line_(first) {}
  int at(std::size_t offset) {
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(seen_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    seen_ = offset;
    return line_;
  }

private:
  std::string_view text_;
  std::size_t seen_ = 0;
  int line_;
};

std::string unclosed(std::string_view rest) {
  if (rest.starts_with("/*")) return "the comment that starts here is never closed: close it with */";
  const char close = rest.front() == '[' ? ']' : rest.front();
  return std::string("the ") + rest.front() + " that starts here is never closed: close it with " + close;
}

bool starts_line(std::string_view text, std::size_t offset) {
  return offset == 0 || text[offset - 1] == '\n';
}

constexpr std::size_t kLeading = 12; // enough for CREATE TEMPORARY TABLE IF NOT EXISTS schema.name AS

constexpr std::string_view kRefusedWords[] = {"BEGIN", "COMMIT", "END", "PREPARE", "DISCARD"};

// What SQLite refuses inside a transaction, or silently ignores there.
constexpr std::string_view kOutsidePragmas[] = {"FOREIGN_KEYS", "JOURNAL_MODE", "SYNCHRONOUS", "TEMP_STORE", "WAL_CHECKPOINT"};

constexpr std::string_view kObjects[] = {"TABLE", "INDEX", "VIEW", "TRIGGER"};

template <typename Names> bool any_of(const Token &token, const Names &names) {
  return std::any_of(std::begin(names), std::end(names), [&](std::string_view name) { return is_keyword(token, name); });
}

// The pragma's name, in `PRAGMA name` or `PRAGMA schema.name`, from the tokens after PRAGMA.
std::string pragma_name(const std::vector<Token> &tokens) {
  if (tokens.size() < 2) return {};
  const bool qualified = tokens.size() >= 4 && tokens[2].text == ".";
  return unquoted(tokens[qualified ? 3 : 1].text);
}

void classify_pragma(Statement &statement, const std::vector<Token> &tokens) {
  const std::string name = pragma_name(tokens);
  statement.keyword = name.empty() ? "PRAGMA" : "PRAGMA " + name;
  statement.sets_session = true;
  if (std::find(std::begin(kOutsidePragmas), std::end(kOutsidePragmas), text::upper(name)) == std::end(kOutsidePragmas)) return;
  statement.rule = TransactionRule::NeverInside;
  statement.probe = ProbeKind::Repeat;
}

// "CREATE UNIQUE INDEX": the verb up to the kind of object.
std::string object_keyword(const std::vector<Token> &tokens) {
  std::string keyword = text::upper(tokens.front().text);
  for (std::size_t at = 1; at < tokens.size() && at < 4; ++at) {
    if (tokens[at].kind != TokenKind::Word) break;
    keyword += " " + text::upper(tokens[at].text);
    if (any_of(tokens[at], kObjects)) return keyword;
  }
  return text::upper(tokens.front().text);
}

bool keeps_foreign_keys(const std::vector<Token> &tokens) {
  if (any_of(tokens.front(), std::vector<std::string_view>{"SELECT", "VALUES", "EXPLAIN", "ANALYZE", "REINDEX"})) return true;
  const bool creates = is_keyword(tokens.front(), "CREATE");
  if (!creates && !is_keyword(tokens.front(), "DROP")) return false;
  const auto object = std::find_if(tokens.begin(), tokens.end(), [](const Token &token) { return any_of(token, kObjects); });
  if (object == tokens.end()) return false;
  if (is_keyword(*object, "VIEW") || is_keyword(*object, "TRIGGER")) return true;
  if (!creates) return false;
  return is_keyword(*object, "INDEX") ||
         std::none_of(object, tokens.end(), [](const Token &token) { return is_keyword(token, "AS"); });
}

} // namespace

void classify(Statement &statement) {
  std::vector<Token> tokens = leading_tokens(statement.text, kLeading);
  if (tokens.empty()) return;
  const bool explained = is_keyword(tokens.front(), "EXPLAIN");
  if (explained) { // a pragma acts even when it is only explained
    const auto pragma =
        std::find_if(tokens.begin(), tokens.end(), [](const Token &token) { return is_keyword(token, "PRAGMA"); });
    if (pragma != tokens.end() && pragma - tokens.begin() <= 3) tokens.erase(tokens.begin(), pragma);
  }
  const Token &first = tokens.front();
  statement.keeps_foreign_keys = keeps_foreign_keys(tokens);
  if (is_keyword(first, "PRAGMA")) return classify_pragma(statement, tokens);
  statement.keyword = text::upper(first.text);
  if (is_keyword(first, "CREATE") || is_keyword(first, "DROP") || is_keyword(first, "ALTER")) {
    statement.keyword = object_keyword(tokens);
  } else if (any_of(first, kRefusedWords)) {
    statement.rule = TransactionRule::Refused;
  } else if (is_keyword(first, "ROLLBACK")) {
    const bool to_savepoint =
        std::any_of(tokens.begin(), tokens.end(), [](const Token &token) { return is_keyword(token, "TO"); });
    statement.keyword = to_savepoint ? "ROLLBACK TO" : "ROLLBACK";
    if (!to_savepoint) statement.rule = TransactionRule::Refused;
  } else if (is_keyword(first, "SET") && tokens.size() > 1 && is_keyword(tokens[1], "SESSION")) {
    statement.keyword = "SET SESSION";
    statement.rule = TransactionRule::Refused;
  } else if (is_keyword(first, "VACUUM") || is_keyword(first, "ATTACH") || is_keyword(first, "DETACH")) {
    statement.rule = TransactionRule::NeverInside;
    statement.probe = ProbeKind::Repeat;
    statement.sets_session = !is_keyword(first, "VACUUM");
  }
}

Result<std::vector<Statement>> SqliteDialect::split(const script::SqlText &text, const std::string &file) const {
  const std::string_view sql = text.text;
  LineCounter lines(sql, text.line);
  const auto refuse = [&](std::size_t offset, std::string message) {
    return fail_at(file, lines.at(offset), ErrorCode::InvalidRevisionFile, std::move(message));
  };
  if (const std::size_t nul = sql.find('\0'); nul != std::string_view::npos)
    return refuse(nul, "a NUL byte is in the SQL: a revision file is UTF-8 text");

  std::vector<Statement> statements;
  Scanner scanner(sql);
  Boundary boundary;
  for (Token token = scanner.next();; token = scanner.next()) {
    if (token.kind == TokenKind::Open) return refuse(token.offset, unclosed(token.text));
    if (!boundary.started() && token.kind == TokenKind::Other && token.text == "\\") {
      const std::string_view command = scanner.rest_of_line();
      if (command.starts_with("restrict") || command.starts_with("unrestrict")) continue;
      return refuse(token.offset, "psql's commands are not run here: remove this line, or write what it does as SQL");
    }
    if (!boundary.started() && token.text == "." && starts_line(sql, token.offset))
      return refuse(token.offset,
                    "the sqlite3 shell's commands are not run here: remove this line, or write what it does as SQL");
    const bool last = token.kind == TokenKind::End;
    if (last && boundary.started() && !boundary.may_end())
      return refuse(boundary.begin(), "the CREATE TRIGGER that starts here never ends: close its body with END;");
    if (!last && !boundary.take(token)) continue;
    if (boundary.started()) {
      Statement statement;
      statement.text = std::string(sql.substr(boundary.begin(), boundary.end() - boundary.begin()));
      if (!last && sqlite3_complete((statement.text + ";").c_str()) == 0)
        return refuse(boundary.begin(), "SQLite does not see the end of the statement that starts here: end it with a semicolon");
      statement.line = lines.at(boundary.begin());
      classify(statement);
      statements.push_back(std::move(statement));
    }
    if (last) return statements;
    boundary = Boundary();
  }
}

} // namespace migrator::database::sqlite
