#include "migrator/ledger/names.h"

namespace migrator::ledger {

namespace {

std::string enclosed(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  out += quote;
  return out;
}

} // namespace

std::string quote_identifier(std::string_view name) {
  return enclosed(name, '"');
}

std::string quote_literal(std::string_view text, Dialect dialect) {
  if (dialect == Dialect::Sqlite || text.find('\\') == std::string_view::npos) return enclosed(text, '\'');
  std::string doubled;
  for (const char c : text) {
    if (c == '\\') doubled += '\\';
    doubled += c;
  }
  return "E" + enclosed(doubled, '\'');
}

std::string literal_list(const std::vector<std::string> &values, Dialect dialect) {
  if (values.empty()) return "NULL";
  std::string out;
  for (const std::string &value : values) {
    if (!out.empty()) out += ", ";
    out += quote_literal(value, dialect);
  }
  return out;
}

Tables tables(const database::HistoryName &history, Dialect dialect) {
  const std::string default_schema = dialect == Dialect::Sqlite ? "main" : "public";
  const std::string schema = quote_identifier(history.schema.empty() ? default_schema : history.schema) + ".";
  const auto relation = [&](std::string_view suffix) { return schema + quote_identifier(history.table + std::string(suffix)); };
  return Tables{relation(""),
                relation("_journal"),
                relation("_meta"),
                relation("_revisions"),
                schema,
                quote_identifier(history.table + "_journal"),
                quote_identifier(history.table + "_journal_revision"),
                quote_identifier(history.table + "_pkc")};
}

} // namespace migrator::ledger
