#include "migrator/schema/sqlite/words.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

#include "migrator/schema/sqlite/keywords.h"
#include "migrator/text/ascii.h"

namespace migrator::schema::sqlite {

namespace {

using script::TokenKind;

bool is_word_character(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_' ||
         byte >= 0x80;
}

bool needs_no_quotes(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kValues = {"null",         "true",         "false",
                                                              "current_date", "current_time", "current_timestamp"};
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), is_word_character) &&
         std::find(kValues.begin(), kValues.end(), folded(name)) == kValues.end();
}

std::string spelled(const std::string &name) {
  return needs_no_quotes(name) ? name : quote_name(name);
}

// Words after AS that begin something else than a name.
bool follows_as(const Word &word) {
  static constexpr std::array<std::string_view, 5> kOthers = {"SELECT", "WITH", "VALUES", "MATERIALIZED", "NOT"};
  return std::none_of(kOthers.begin(), kOthers.end(), [&word](std::string_view other) { return word.is(other); });
}

// SQLite takes a text in single quotes for a name where only a name can stand. Those places: beside a dot, behind a word that a name follows, in a list
// of names, and as a whole term of an index.
class NamesInSingleQuotes {
public:
  explicit NamesInSingleQuotes(Words &all) : all_(all) {
    const std::size_t index = all.size() > 1 && all[1].is("UNIQUE") ? 2 : 1;
    is_index_ = index < all.size() && all[index].is("INDEX");
  }

  void mark() {
    for (std::size_t at = 0; at < all_.size(); ++at) {
      if (word(at).is("(")) open(at);
      if (word(at).is(")") && !lists_.empty()) lists_.pop_back();
      if (all_[at].kind == TokenKind::String && all_[at].text.front() == '\'' && is_name(at))
        all_[at].kind = TokenKind::QuotedIdentifier;
    }
  }

private:
  // Behind the end: nothing.
  const Word &word(std::size_t at) const {
    static const Word kNone{};
    return at < all_.size() ? all_[at] : kNone;
  }
  bool is_any(std::size_t at, std::initializer_list<std::string_view> some) const {
    return std::any_of(some.begin(), some.end(), [&](std::string_view one) { return word(at).is(one); });
  }

  void open(std::size_t at) {
    const bool terms = is_index_ && lists_.empty() && !terms_seen_;
    terms_seen_ = terms_seen_ || terms;
    const bool names = at > 1 && (word(at - 1).is("USING") || (word(at - 1).is_name() && word(at - 2).is("INTO")));
    lists_.push_back(terms || names);
  }

  bool is_name(std::size_t at) const {
    if (at == 0) return false;
    if (word(at - 1).is(".") || word(at + 1).is(".")) return true;
    if (word(at - 1).is("FROM")) return at < 2 || !word(at - 2).is("DISTINCT");
    if (word(at - 1).is("ON")) return is_index_ || is_any(at + 1, {"FOR", "WHEN", "BEGIN"});
    if (is_any(at - 1, {"JOIN", "INTO", "UPDATE", "OF", "SET", "COLLATE", "REFERENCES", "AS"})) return true;
    return !lists_.empty() && lists_.back() && is_any(at - 1, {"(", ","}) && is_any(at + 1, {",", ")", "COLLATE", "ASC", "DESC"});
  }

  Words &all_;
  bool is_index_ = false, terms_seen_ = false;
  std::vector<bool> lists_; // for each open parenthesis, whether it holds names
};

} // namespace

bool Word::is(std::string_view upper_case) const noexcept {
  if (kind == TokenKind::QuotedIdentifier || kind == TokenKind::String) return false;
  return text.size() == upper_case.size() && std::equal(text.begin(), text.end(), upper_case.begin(),
                                                        [](char mine, char wanted) { return text::upper(mine) == wanted; });
}

bool Word::is_name() const noexcept {
  return kind == TokenKind::Word || kind == TokenKind::QuotedIdentifier || kind == TokenKind::String;
}

Words words(std::string_view sql) {
  Words found;
  script::Tokenizer tokenizer(sql, Dialect::Sqlite);
  while (const auto token = tokenizer.next_significant())
    if (token->kind != TokenKind::Hint)
      found.push_back({token->kind, token->text, static_cast<std::size_t>(token->text.data() - sql.data())});
  while (!found.empty() && found.back().kind == TokenKind::Semicolon) found.pop_back();
  NamesInSingleQuotes(found).mark();
  return found;
}

std::string folded(std::string_view text) {
  return text::lower(text);
}

std::string plain(const Word &word) {
  const std::string_view text = word.text;
  if (text.size() < 2 || (word.kind != TokenKind::QuotedIdentifier && word.kind != TokenKind::String)) return std::string(text);
  const char close = text.front() == '[' ? ']' : text.front();
  std::string name;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    name.push_back(text[at]);
    if (close != ']' && text[at] == close) ++at; // the second of a doubled quote
  }
  return name;
}

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (const char character : name) {
    out.push_back(character);
    if (character == '"') out.push_back('"');
  }
  return out + "\"";
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char character : text) {
    out.push_back(character);
    if (character == '\'') out.push_back('\'');
  }
  return out + "'";
}

std::string normal(const Words &all, std::size_t begin, std::size_t end, const Context &context) {
  std::string out;
  std::optional<std::set<std::string>> declared;
  std::vector<bool> casts; // for each open parenthesis, whether it is CAST's
  for (std::size_t at = begin; at < end; ++at) {
    const Word &word = all[at];
    if (word.is("(")) casts.push_back(at > begin && all[at - 1].is("CAST"));
    if (word.is(")") && !casts.empty()) casts.pop_back();
    const bool result_name = at > begin && all[at - 1].is("AS") && (casts.empty() || !casts.back()) && follows_as(word);
    if (!context.own.empty() && at + 2 < end && word.is_name() && all[at + 1].is(".") && folded(plain(word)) == context.own &&
        (at == begin || !all[at - 1].is("."))) {
      ++at;
      continue;
    }
    std::string text(word.text);
    if (word.kind == TokenKind::Word) {
      if (!result_name) text = folded(text);
    } else if (word.kind == TokenKind::QuotedIdentifier) {
      const std::string name = plain(word);
      const bool after_dot = at > begin && all[at - 1].is(".");
      if (result_name)
        text = spelled(name);
      else if (text.front() != '"' || after_dot || context.names.contains(folded(name)))
        text = spelled(folded(name));
      else {
        if (!declared) declared = declared_names(all);
        text = declared->contains(folded(name)) ? spelled(folded(name)) : literal(name);
      }
    } else if (word.kind == TokenKind::Number || (word.kind == TokenKind::String && text.front() != '\'')) {
      text = folded(text);
    } else if (text == "==") {
      text = "=";
    } else if (text == "!=") {
      text = "<>";
    }
    if (!out.empty()) out += ' ';
    out += text;
  }
  return out;
}

} // namespace migrator::schema::sqlite
