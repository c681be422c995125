#include "migrator/models/rename_notes.h"

#include <algorithm>
#include <optional>

#include "migrator/config/suggestion.h"
#include "migrator/script/tokenizer.h"
#include "migrator/text/ascii.h"
#include "migrator/text/nearest.h"

namespace migrator::models {

namespace {

using script::Token;
using script::TokenKind;

constexpr std::string_view kMark = "-- migrate:";
constexpr std::string_view kDirective = "renamed_from";
constexpr const char *kPlain = "-- renamed from";

std::string unquoted(const Token &token, Dialect dialect) {
  std::string text(token.text);
  if (token.kind == TokenKind::Word) {
    return dialect == Dialect::Postgresql ? text::lower(text) : text;
  }
  if (text.size() < 2) return text;
  const char quote = text.back();
  std::string out;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    out += text[at];
    if (text[at] == quote && text[at + 1] == quote) ++at;
  }
  return out;
}

bool is_name(const Token &token) {
  return token.kind == TokenKind::Word || token.kind == TokenKind::QuotedIdentifier;
}

// Follows the tokens of a file and knows in which CREATE TABLE, and at which place of it, the next one stands.
class Reader {
public:
  Reader(const Source &source, Dialect dialect) : source_(source), dialect_(dialect), tokens_(source.text, dialect) {}

  Result<NotedSql> read() {
    while (const std::optional<Token> token = tokens_.next()) {
      if (Status fine = follow(*token); !fine) return fail(fine.error());
      line_ += static_cast<int>(std::count(token->text.begin(), token->text.end(), '\n'));
    }
    if (pending_) return out_of_place();
    made_.sql += source_.text.substr(copied_);
    return std::move(made_);
  }

private:
  tl::unexpected<Error> error(int line, std::string message) const {
    return fail_at(source_.path, line, ErrorCode::InvalidConfiguration, std::move(message));
  }

  tl::unexpected<Error> out_of_place() const {
    return error(pending_->line,
                 "`-- migrate:renamed_from` stands above neither a CREATE TABLE nor a column of one. Put it on the line "
                 "above the one that has the new name.");
  }

  Status follow(const Token &token) {
    if (token.kind == TokenKind::Blank) return {};
    if (token.kind == TokenKind::Comment) return comment(token);
    if (token.kind == TokenKind::Semicolon && depth_ == 0) {
      state_ = State::Start;
      return pending_ && !above_statement_ ? Status(out_of_place()) : Status();
    }
    if (token.text == "(") return opened();
    if (token.text == ")") {
      --depth_;
      return {};
    }
    if (depth_ > 0) return inside(token);
    return outside(token);
  }

  Status comment(const Token &token) {
    if (token.text.substr(0, kMark.size()) != kMark) return {};
    std::string_view rest = token.text.substr(kMark.size());
    const std::size_t blank = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string_view word = rest.substr(0, blank);
    if (word != kDirective)
      return error(line_, "models know no `-- migrate:" + std::string(word) + "`." +
                              (text::nearest(word, {kDirective}).empty() ? " Sections and directives are for revisions."
                                                                         : " Did you mean `-- migrate:renamed_from`?"));
    if (pending_) return out_of_place();
    script::Tokenizer name(rest.substr(blank), dialect_);
    const std::optional<Token> old = name.next_significant();
    if (!old || !is_name(*old) || name.next_significant())
      return error(line_,
                   "`-- migrate:renamed_from` needs one name, that from before, like `-- migrate:renamed_from customer`. A name "
                   "with blanks stands in quotes.");
    const auto at = static_cast<std::size_t>(token.text.data() - source_.text.data());
    made_.sql += source_.text.substr(copied_, at - copied_) + kPlain;
    copied_ = at + kMark.size() + kDirective.size();
    pending_ = RenameNote{source_.path, line_, {}, {}, {}, unquoted(*old, dialect_)};
    above_statement_ = state_ == State::Start && depth_ == 0;
    return {};
  }

  Status opened() {
    ++depth_;
    if (depth_ != 1 || state_ != State::Named) return {};
    state_ = State::Body;
    item_start_ = true;
    if (pending_) {
      pending_->schema = schema_;
      pending_->table = table_;
      keep();
    }
    return {};
  }

  void keep() {
    made_.notes.push_back(std::move(*pending_));
    pending_.reset();
  }

  Status inside(const Token &token) {
    if (state_ != State::Body || depth_ != 1) return {};
    if (token.text == ",") {
      item_start_ = true;
      return {};
    }
    if (item_start_ && pending_) {
      if (!is_name(token)) return out_of_place();
      pending_->schema = schema_;
      pending_->table = table_;
      pending_->column = unquoted(token, dialect_);
      keep();
    }
    item_start_ = false;
    return {};
  }

  Status outside(const Token &token) {
    switch (state_) {
    case State::Start:
      state_ = script::is_word(token, "CREATE") ? State::Create : State::Other;
      break;
    case State::Create:
      if (script::is_word(token, "TABLE"))
        state_ = State::Table;
      else if (!script::is_word(token, "UNLOGGED"))
        state_ = State::Other;
      break;
    case State::Table:
      if (script::is_word(token, "IF") || script::is_word(token, "NOT") || script::is_word(token, "EXISTS")) return {};
      if (!is_name(token)) return {};
      schema_.clear();
      table_ = unquoted(token, dialect_);
      state_ = State::Named;
      return {};
    case State::Named:
      if (token.text == "." || !is_name(token)) return {};
      if (script::is_word(token, "AS")) {
        state_ = State::Other;
        return {};
      }
      schema_ = std::exchange(table_, unquoted(token, dialect_));
      return {};
    case State::Body:
    case State::Other:
      break;
    }
    if (state_ == State::Other && pending_) return out_of_place();
    return {};
  }

  enum class State : std::uint8_t { Start, Create, Table, Named, Body, Other };
  const Source &source_;
  Dialect dialect_;
  script::Tokenizer tokens_;
  State state_ = State::Start;
  int depth_ = 0;
  int line_ = 1;
  bool item_start_ = false;
  bool above_statement_ = false;
  std::string schema_, table_;
  std::optional<RenameNote> pending_;
  NotedSql made_;
  std::size_t copied_ = 0; // of the source, into made_.sql
};

} // namespace

Result<NotedSql> rename_notes(const Source &source, Dialect dialect) {
  if (source.text.find(kMark) == std::string::npos) return NotedSql{{}, source.text};
  return Reader(source, dialect).read();
}

} // namespace migrator::models
