// See phase_text.h.
#include "migrator/report/phase_text.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "migrator/report/amount.h"
#include "migrator/report/progress_text.h"

namespace migrator::report {

namespace {

struct Words {
  Phase phase;
  const char *name;     // in events
  const char *doing;    // in bars
  const char *sentence; // in a log
};

constexpr std::array kWords{
    Words{Phase::Dump, "dump", "dumping", "taking the backup"}, Words{Phase::Prove, "prove", "proving", "proving the backup"},
    Words{Phase::Hash, "hash", "hashing", "hashing the backup"}, Words{Phase::Restore, "restore", "restoring", "restoring"},
    Words{Phase::Compare, "compare", "comparing", "comparing"}};

const Words &words_of(Phase phase) {
  for (const Words &words : kWords)
    if (words.phase == phase) return words;
  return kWords.front();
}

std::string amount_of(const PhaseState &state, std::int64_t amount, bool is_done) {
  if (state.phase != Phase::Compare) return bytes_text(amount);
  return with_thousands(amount) + (is_done ? " rows" : "");
}

int percent_of(const PhaseState &state) {
  return static_cast<int>(static_cast<double>(state.done) * 100.0 / static_cast<double>(std::max(state.done, state.of)));
}

} // namespace

std::string phase_line(const PhaseState &state, std::chrono::milliseconds since_start, const Style &style, std::size_t width) {
  return amount_line(words_of(state.phase).doing, state.done, state.of, since_start, style, width,
                     [&state](std::int64_t amount, bool is_done) { return amount_of(state, amount, is_done); });
}

std::string phase_sentence(const PhaseState &state) {
  std::string sentence = std::string(words_of(state.phase).sentence) + ": " + amount_of(state, state.done, true);
  if (state.of > 0) sentence += ", " + std::to_string(percent_of(state)) + " %";
  return sentence;
}

std::string phase_event(const PhaseState &state) {
  nlohmann::ordered_json line{{"event", "backup_progress"}, {"phase", words_of(state.phase).name}};
  line[state.phase == Phase::Compare ? "rows" : "bytes"] = state.done;
  if (state.of > 0) line["percent"] = percent_of(state);
  return line.dump();
}

} // namespace migrator::report
