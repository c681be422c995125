// Reads a statement word by word, for those who recognise statements by their first words (classification, probes). Pure.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/script/tokenizer.h"

namespace migrator::database::postgresql {

// A cursor over the first significant tokens of one statement. Every `take…` moves past what it found and leaves the cursor where it was
// otherwise. The statement must outlive it.
class StatementWords {
public:
  explicit StatementWords(std::string_view sql);

  bool at_end() const noexcept { return at_ >= tokens_.size(); }
  bool next_is(std::string_view upper_case) const;
  bool take(std::string_view upper_case);
  bool take_any(std::initializer_list<std::string_view> upper_case);
  bool take_all(std::initializer_list<std::string_view> upper_case);
  void skip() noexcept { at_ += at_end() ? 0 : 1; }
  // Whether the words stand one after the other anywhere from here on.
  bool contains(std::initializer_list<std::string_view> upper_case) const;
  // The next token, in capitals if it is a word; empty at the end.
  std::string next_upper() const;
  // A name, qualified or not, as it is written; empty if none stands here.
  std::string_view take_name();
  // A string literal as it is written, with its quotes; empty if none stands here.
  std::string_view take_string();
  // From `(` to the `)` that closes it; empty if none stands here or it is not closed within reach.
  std::string_view take_parentheses();
  // All of the statement from the cursor on, verbatim.
  std::string_view rest() const;

private:
  std::string_view between(std::size_t first, std::size_t last) const;

  std::string_view sql_;
  std::vector<script::Token> tokens_;
  std::size_t at_ = 0;
};

} // namespace migrator::database::postgresql
