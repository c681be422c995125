// See generated.h.
#include "migrator/commands/generated.h"

#include <algorithm>

namespace migrator::commands {

namespace {

using schema::Piece;
using script::Section;

bool alike(const Piece &a, const Piece &b) {
  return a.place == b.place && a.sql == b.sql && a.assertion == b.assertion && !a.batch && !b.batch && a.allow == b.allow;
}

std::string comment(std::string note) {
  std::replace(note.begin(), note.end(), '\n', ' ');
  return "-- " + note + "\n";
}

// A comment at the statement's end must not swallow the semicolon.
std::string ended(const std::string &sql) {
  const std::size_t last = sql.rfind('\n') == std::string::npos ? 0 : sql.rfind('\n') + 1;
  return sql + (sql.find("--", last) == std::string::npos ? ";" : "\n;");
}

// A table that is made again is not missing from the models: there the note is the reason.
void allow(Section &section, const std::string &rule, const std::string &note, Direction direction) {
  const bool known =
      std::any_of(section.allows.begin(), section.allows.end(), [&](const script::Allow &one) { return one.rule == rule; });
  if (rule.empty() || known) return;
  const char *reason = direction == Direction::Up ? "the models no longer have it" : "it takes back what the up section made";
  section.allows.push_back({rule, note.empty() ? reason : note, 0});
}

class Writer {
public:
  Writer(Direction direction, std::optional<Dialect> dialect, std::vector<Section> &into)
      : direction_(direction), dialect_(dialect), into_(into) {}

  void write(const std::vector<Piece> &pieces) {
    if (pieces.empty()) begin(Piece::Place::Transaction);
    for (const Piece &piece : pieces) {
      const bool data = piece.place == Piece::Place::Data;
      if (data && current_ == nullptr) begin(Piece::Place::Transaction); // a data section takes its direction from the one above
      if (data || current_ == nullptr || place_ != piece.place) begin(piece.place);
      if (data) current_->data = piece.batch;
      allow(*current_, piece.allow, piece.note, direction_);
      std::string &text = std::get<script::SqlText>(current_->items.back()).text;
      if (!text.empty()) text += '\n';
      if (!piece.note.empty()) text += comment(piece.note);
      if (piece.assertion) {
        if (!text.empty()) text.pop_back(); // the directive begins a line
        current_->items.push_back(script::Assert{piece.sql, 0});
        current_->items.push_back(script::SqlText{});
      } else if (!piece.sql.empty()) {
        text += ended(piece.sql);
      }
    }
    std::for_each(into_.begin() + static_cast<std::ptrdiff_t>(first_), into_.end(), [](Section &section) {
      std::erase_if(section.items, [](const script::SectionItem &item) {
        const auto *text = std::get_if<script::SqlText>(&item);
        return text != nullptr && text->text.empty();
      });
    });
  }

private:
  void begin(Piece::Place place) {
    Section section;
    section.direction = direction_;
    section.dialect = dialect_;
    section.transaction = place != Piece::Place::Outside;
    section.items.push_back(script::SqlText{});
    into_.push_back(std::move(section));
    current_ = &into_.back();
    place_ = place;
  }

  const Direction direction_;
  const std::optional<Dialect> dialect_;
  std::vector<Section> &into_;
  const std::size_t first_ = into_.size();
  Section *current_ = nullptr;
  Piece::Place place_ = Piece::Place::Transaction;
};

} // namespace

GeneratedFile generated_sections(const std::vector<GeneratedWay> &ways) {
  GeneratedFile file;
  file.down_irreversible =
      !ways.empty() && std::all_of(ways.begin(), ways.end(), [](const GeneratedWay &way) { return !way.irreversible.empty(); });
  for (const Direction direction : {Direction::Up, Direction::Down}) {
    const auto pieces = [&](const GeneratedWay &way) -> const std::vector<Piece> & {
      return direction == Direction::Up ? way.up : way.down;
    };
    const auto reversible = [](const GeneratedWay &way) { return way.irreversible.empty(); };
    const bool wanted = direction == Direction::Up || std::all_of(ways.begin(), ways.end(), reversible);
    const bool same = wanted && ways.size() > 1 && std::all_of(ways.begin() + 1, ways.end(), [&](const GeneratedWay &way) {
                        return std::equal(pieces(way).begin(), pieces(way).end(), pieces(ways.front()).begin(),
                                          pieces(ways.front()).end(), alike);
                      });
    for (const GeneratedWay &way : ways) {
      if (direction == Direction::Down && !reversible(way)) continue;
      Writer(direction, same ? std::nullopt : std::optional<Dialect>(way.dialect), file.sections).write(pieces(way));
      if (same) break;
    }
  }
  return file;
}

} // namespace migrator::commands
