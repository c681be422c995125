// See backup_report.h.
#include "migrator/report/backup_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "migrator/report/amount.h"
#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kColumns = 7;
using Row = std::array<std::string, kColumns>;

std::string reason_text(backup::Reason reason) {
  switch (reason) {
  case backup::Reason::Asked:
    return "asked for";
  case backup::Reason::BeforeRun:
    return "before a run";
  case backup::Reason::Displaced:
    return "before a restore";
  }
  return {};
}

// Of every history in it; "none" where there is none, "base" of one without a revision.
std::string heads_text(const std::vector<database::HistoryMark> &histories) {
  std::vector<std::string> parts;
  for (const database::HistoryMark &mark : histories)
    parts.push_back(mark.heads.empty() ? "base" : fmt::format("{}", fmt::join(mark.heads, ",")));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, " "));
}

// "2026-11-22 17:12:03" of an RFC 3339 time in UTC.
std::string time_text(const std::string &rfc3339) {
  std::string text = rfc3339.substr(0, 19);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::size_t columns(const std::string &text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

std::string proof_text(database::Proof proof) {
  return proof == database::Proof::None ? "not proven" : std::string(backup::name(proof));
}

ordered_json backup_document(const backup::Manifest &manifest, const std::string &folder) {
  ordered_json histories = ordered_json::array();
  for (const database::HistoryMark &mark : manifest.dumped.histories)
    histories.push_back({{"schema", mark.name.schema}, {"table", mark.name.table}, {"heads", mark.heads}});
  const auto or_null = [](const std::string &text) { return text.empty() ? ordered_json(nullptr) : ordered_json(text); };
  return {{"id", manifest.id},
          {"created_at", manifest.created_at},
          {"reason", backup::name(manifest.reason)},
          {"run_id", or_null(manifest.run_id)},
          {"database", {{"product", manifest.dumped.identity.product}, {"name", manifest.dumped.identity.name}}},
          {"histories", std::move(histories)},
          {"folder", folder},
          {"bytes", manifest.bytes},
          {"sha256", manifest.sha256},
          {"verified", backup::name(manifest.proof)},
          {"verified_at", or_null(manifest.proved_at)},
          {"tool_version", manifest.tool_version}};
}

std::string backups_text(const std::vector<backup::Manifest> &backups, const std::vector<std::string> &damaged,
                         const Style &style) {
  std::vector<Row> rows{{"ID", "TAKEN (UTC)", "WHY", "HEADS", "SIZE", "PROVEN", "DATABASE"}};
  for (const backup::Manifest &backup : backups)
    rows.push_back({backup.id, time_text(backup.created_at), reason_text(backup.reason), heads_text(backup.dumped.histories),
                    bytes_text(backup.bytes), proof_text(backup.proof), backup.dumped.identity.name});
  std::array<std::size_t, kColumns> width{};
  for (Row &row : rows)
    for (std::size_t column = 0; column < kColumns; ++column) {
      row[column] = printable(row[column]);
      width[column] = std::max(width[column], columns(row[column]));
    }
  std::string text;
  for (std::size_t i = 0; i < rows.size() && rows.size() > 1; ++i) {
    std::string line;
    for (std::size_t column = 0; column < kColumns; ++column) {
      const std::string &cell = rows[i][column];
      const std::string blanks(column + 1 == kColumns ? 0 : width[column] - columns(cell) + 2, ' ');
      const Ink ink = i == 0 ? Ink::Dim : column == 0 ? Ink::Yellow : Ink::Plain;
      line += (cell.empty() ? cell : style.paint(ink, cell)) + blanks;
    }
    text += line + "\n";
  }
  for (const std::string &wrong : damaged) text += style.paint(Ink::Red, "damaged") + " " + printable(wrong) + "\n";
  return text;
}

} // namespace migrator::report
