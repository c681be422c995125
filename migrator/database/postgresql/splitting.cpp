// The tokenizer finds what is no SQL (COPY data, psql commands) and where a statement may end; runs of statements between two such places
// then go to libpg_query in pieces of bounded size, and its cuts count. Must not guess: what is not closed is an error.
#include "migrator/database/postgresql/splitting.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <pg_query.h>

#include "migrator/script/tokenizer.h"

namespace migrator::database::postgresql {

namespace {

using script::is_word;
using script::Token;
using script::Tokenizer;
using script::TokenKind;

// libpg_query's parse tree takes many times the size of its text; more than this is never handed over at once.
constexpr std::size_t kLargestParse = std::size_t{1} << 20;

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Neighbouring statements with nothing but SQL between them: what libpg_query may be given in one piece.
struct Batch {
  std::vector<Range> ours;                   // cut by our rules
  std::optional<std::string_view> copy_data; // of the last statement
  std::optional<std::size_t> open_parenthesis;
  std::optional<std::size_t> open_body; // BEGIN ATOMIC
};

// Gives line numbers for places that are asked for in ascending order.
class LineCounter {
public:
  LineCounter(std::string_view text, int first_line) : text_(text), line_(first_line) {}
  int at(std::size_t place) {
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
    counted_ = place;
    return line_;
  }

private:
  std::string_view text_;
  std::size_t counted_ = 0;
  int line_;
};

// Follows one statement's tokens and tells whether a semicolon ends it. BEGIN ATOMIC … END counts only in CREATE FUNCTION and CREATE
// PROCEDURE, where alone it is allowed; AS and a dot make the word that follows a plain name.
class StatementDepth {
public:
  void follow(const Token &token, std::size_t place) {
    if (token.kind == TokenKind::Word) {
      follow_word(token, place);
      return;
    }
    if (token.text == "(" || token.text == "[") {
      if (parentheses_++ == 0) opened_at_ = place;
    } else if ((token.text == ")" || token.text == "]") && parentheses_ > 0) {
      --parentheses_;
    }
    last_was_begin_ = false;
    name_follows_ = token.text == ".";
  }
  bool open() const noexcept { return parentheses_ > 0 || bodies_ > 0; }
  std::optional<std::size_t> open_parenthesis() const { return parentheses_ > 0 ? std::optional(opened_at_) : std::nullopt; }
  std::optional<std::size_t> open_body() const { return bodies_ > 0 ? std::optional(body_at_) : std::nullopt; }

private:
  enum class Routine { NotYet, Create, Yes, No };

  void follow_word(const Token &token, std::size_t place) {
    if (!name_follows_) count_bodies(token, place);
    name_follows_ = is_word(token, "AS");
    follow_routine(token);
  }
  void count_bodies(const Token &token, std::size_t place) {
    if (routine_ != Routine::Yes) return;
    if (bodies_ == 0) {
      if (last_was_begin_ && is_word(token, "ATOMIC")) bodies_ = 1;
      last_was_begin_ = is_word(token, "BEGIN");
      if (last_was_begin_) body_at_ = place;
    } else if (is_word(token, "CASE")) {
      ++bodies_;
    } else if (is_word(token, "END")) {
      --bodies_;
    }
  }
  void follow_routine(const Token &token) {
    if (routine_ == Routine::NotYet) {
      routine_ = is_word(token, "CREATE") ? Routine::Create : Routine::No;
    } else if (routine_ == Routine::Create && !is_word(token, "OR") && !is_word(token, "REPLACE")) {
      routine_ = is_word(token, "FUNCTION") || is_word(token, "PROCEDURE") ? Routine::Yes : Routine::No;
    }
  }

  int parentheses_ = 0;
  int bodies_ = 0;
  std::size_t opened_at_ = 0;
  std::size_t body_at_ = 0;
  Routine routine_ = Routine::NotYet;
  bool last_was_begin_ = false;
  bool name_follows_ = false;
};

std::string_view what_is_open(const Token &token) {
  switch (token.kind) {
  case TokenKind::Comment:
  case TokenKind::Hint:
    return "a comment that begins here never ends: close it with */";
  case TokenKind::QuotedIdentifier:
    return "a quoted name that begins here never ends: close it with \"";
  case TokenKind::CopyData:
    return "the data of this COPY … FROM stdin never ends: a line with \\. alone must follow it";
  default:
    return token.text.front() == '$' ? "a dollar-quoted text that begins here never ends: repeat its opening tag to close it"
                                     : "a quoted text that begins here never ends: close it with '";
  }
}

class Cutter {
public:
  Cutter(const script::SqlText &text, const std::string &file) : text_(text.text), line_(text.line), file_(file) {}

  Result<std::vector<Batch>> batches() {
    Tokenizer tokenizer(text_, Dialect::Postgresql);
    while (const auto token = tokenizer.next()) {
      const auto place = static_cast<std::size_t>(token->text.data() - text_.data());
      if (auto taken = take(*token, place); !taken) return tl::unexpected(taken.error());
    }
    if (copy_ == CopyWords::Stdin && in_statement_) {
      copy_pending_ = true;
      copy_end_ = current_.begin;
    }
    end_statement();
    if (copy_pending_) return refuse(copy_end_, what_is_open(Token{TokenKind::CopyData, "\n", true}));
    end_batch();
    return std::move(batches_);
  }

  tl::unexpected<Error> refuse(std::size_t place, std::string_view message) const {
    return fail_at(file_, LineCounter(text_, line_).at(place), ErrorCode::InvalidRevisionFile, std::string(message));
  }

private:
  Status take(const Token &token, std::size_t place) {
    if (token.unterminated) return refuse(token.kind == TokenKind::CopyData ? copy_end_ : place, what_is_open(token));
    switch (token.kind) {
    case TokenKind::Comment:
      return {};
    case TokenKind::Blank:
      return {};
    case TokenKind::CopyData:
      copy_data_ = token.text;
      return {};
    case TokenKind::CopyEnd:
      batch_.copy_data = copy_data_;
      copy_data_ = std::string_view();
      copy_pending_ = false;
      end_batch();
      return {};
    case TokenKind::MetaCommand:
      return take_command(token, place);
    default:
      break;
    }
    if (copy_pending_)
      return refuse(place,
                    "nothing may stand on the line of COPY … FROM stdin after its semicolon: begin a new line after the data");
    if (token.text == "\\") return refuse(place, "a psql command cannot stand inside a statement: take it out");
    if (token.kind == TokenKind::Semicolon && !depth_.open()) {
      if (copy_ == CopyWords::Stdin) {
        copy_pending_ = true;
        copy_end_ = place;
      }
      end_statement();
      return {};
    }
    if (!in_statement_) {
      in_statement_ = true;
      current_.begin = place;
    }
    follow_copy(token);
    depth_.follow(token, place);
    current_.end = place + token.text.size();
    return {};
  }

  // The same words that the tokenizer looks for before it gives CopyData.
  void follow_copy(const Token &token) {
    if (token.kind == TokenKind::Hint) return;
    if (copy_ == CopyWords::First) {
      copy_ = is_word(token, "COPY") ? CopyWords::Copy : CopyWords::None;
    } else if (copy_ == CopyWords::Copy && !depth_.open() && is_word(token, "FROM")) {
      copy_ = CopyWords::From;
    } else if (copy_ == CopyWords::From) {
      copy_ = is_word(token, "STDIN") ? CopyWords::Stdin : CopyWords::None;
    }
  }

  Status take_command(const Token &token, std::size_t place) {
    end_batch();
    if (script::is_restrict_command(token)) return {};
    const auto command = token.text.substr(0, token.text.find_first_of(" \t\r\f\v"));
    return refuse(place,
                  fmt::format("{} is a command of psql, not SQL: take it out, or write the SQL that it stands for", command));
  }

  void end_statement() {
    if (in_statement_) {
      const auto size = current_.end - (batch_.ours.empty() ? current_.begin : batch_.ours.front().begin);
      if (size > kLargestParse) end_batch();
      batch_.ours.push_back(current_);
      batch_.open_parenthesis = depth_.open_parenthesis();
      batch_.open_body = depth_.open_body();
    }
    in_statement_ = false;
    depth_ = {};
    copy_ = CopyWords::First;
  }

  void end_batch() {
    if (!batch_.ours.empty()) batches_.push_back(std::move(batch_));
    batch_ = {};
  }

  enum class CopyWords { First, Copy, From, Stdin, None };

  std::string_view text_;
  int line_;
  const std::string &file_;
  std::vector<Batch> batches_;
  Batch batch_;
  Range current_;
  bool in_statement_ = false;
  StatementDepth depth_;
  CopyWords copy_ = CopyWords::First;
  bool copy_pending_ = false; // after COPY … FROM stdin; and before its \.
  std::size_t copy_end_ = 0;  // … the place of that semicolon
  std::string_view copy_data_;
};

// libpg_query's cuts of text[from, to), or none if it cannot read it.
std::optional<std::vector<Range>> parse(std::string_view text, std::size_t from, std::size_t to) {
  const std::string sql(text.substr(from, to - from));
  const PgQuerySplitResult result = pg_query_split_with_parser(sql.c_str());
  std::optional<std::vector<Range>> cuts;
  if (result.error == nullptr) {
    cuts.emplace();
    for (int i = 0; i < result.n_stmts; ++i) {
      const auto begin = static_cast<std::size_t>(result.stmts[i]->stmt_location);
      const auto length = static_cast<std::size_t>(result.stmts[i]->stmt_len);
      cuts->push_back({from + begin, length == 0 ? to : from + begin + length});
    }
  }
  pg_query_free_split_result(result);
  return cuts;
}

// Takes blanks and comments off both ends.
Range tighten(std::string_view text, Range range) {
  Tokenizer tokenizer(text.substr(range.begin, range.end - range.begin), Dialect::Postgresql);
  std::optional<Range> tight;
  while (const auto token = tokenizer.next_significant()) {
    const auto place = static_cast<std::size_t>(token->text.data() - text.data());
    if (!tight) tight = Range{place, place};
    tight->end = place + token->text.size();
  }
  return tight.value_or(Range{range.begin, range.begin});
}

} // namespace

Result<std::vector<Cut>> cut_statements(const script::SqlText &text, const std::string &file, CutBy how) {
  Cutter cutter(text, file);
  auto batches = cutter.batches();
  if (!batches) return tl::unexpected(batches.error());
  std::vector<Cut> cuts;
  LineCounter lines(text.text, text.line);
  for (const Batch &batch : *batches) {
    const std::size_t from = batch.ours.front().begin;
    const std::size_t to = batch.ours.back().end;
    std::optional<std::vector<Range>> parsed;
    if (how == CutBy::Parser && to - from <= kLargestParse) parsed = parse(text.text, from, to);
    if (!parsed && batch.open_parenthesis) {
      return cutter.refuse(*batch.open_parenthesis, "a parenthesis that opens here is never closed: close it");
    }
    if (!parsed && batch.open_body) return cutter.refuse(*batch.open_body, "BEGIN ATOMIC has no END: close the routine's body");
    for (const Range &range : parsed ? *parsed : batch.ours) {
      const Range tight = parsed ? tighten(text.text, range) : range;
      if (tight.begin != tight.end) cuts.push_back({tight.begin, tight.end, lines.at(tight.begin), std::nullopt});
    }
    if (batch.copy_data && !cuts.empty()) cuts.back().copy_data = batch.copy_data;
  }
  return cuts;
}

} // namespace migrator::database::postgresql
