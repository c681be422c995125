// See history_graph.h. Columns hold the revision that their line leads down to; a row draws one revision, and a connector row below it
// draws the lines that leave for another column. Each cell of a connector is the set of sides it has a line to.
#include "migrator/report/history_graph.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace migrator::report {

namespace {

constexpr std::uint8_t kUp = 1, kDown = 2, kLeft = 4, kRight = 8;

// By the sum of its sides.
constexpr std::string_view kUnicodeCells[] = {" ", "╵", "╷", "│", "╴", "╯", "╮", "┤", "╶", "╰", "╭", "├", "─", "┴", "┬", "┼"};
constexpr std::string_view kAsciiCells[] = {" ", "|", "|", "|", "-", "'", ".", "+", "-", "'", ".", "+", "-", "+", "+", "+"};

using Position = std::size_t;

struct Links {
  std::vector<std::vector<Position>> parents; // within the drawing, each once, in the order written
  std::vector<std::vector<Position>> below;   // parents and dependencies
  std::vector<std::size_t> above;             // how many have it in `below`
};

Links link(const std::vector<GraphRevision> &revisions) {
  std::unordered_map<std::string_view, Position> positions;
  for (Position i = 0; i < revisions.size(); ++i) positions.emplace(revisions[i].id, i);
  Links links{std::vector<std::vector<Position>>(revisions.size()), std::vector<std::vector<Position>>(revisions.size()),
              std::vector<std::size_t>(revisions.size())};
  const auto add = [&](const std::vector<std::string> &ids, std::vector<Position> &into) {
    for (const std::string &id : ids) {
      const auto found = positions.find(id);
      if (found != positions.end() && std::find(into.begin(), into.end(), found->second) == into.end())
        into.push_back(found->second);
    }
  };
  for (Position i = 0; i < revisions.size(); ++i) {
    add(revisions[i].parents, links.parents[i]);
    links.below[i] = links.parents[i];
    add(revisions[i].needs, links.below[i]);
    for (const Position below : links.below[i]) ++links.above[below];
  }
  return links;
}

// Each before what it needs; after a revision comes its first parent if that is free, so that branches stay in one piece.
std::vector<Position> drawing_order(const Links &links) {
  std::vector<std::size_t> waiting = links.above;
  std::vector<Position> ready;
  for (Position i = waiting.size(); i-- > 0;)
    if (waiting[i] == 0) ready.push_back(i);
  std::vector<Position> order;
  order.reserve(waiting.size());
  while (!ready.empty()) {
    const Position next = ready.back();
    ready.pop_back();
    order.push_back(next);
    for (auto below = links.below[next].rbegin(); below != links.below[next].rend(); ++below)
      if (--waiting[*below] == 0) ready.push_back(*below);
  }
  return order;
}

class Drawing {
public:
  Drawing(const std::vector<GraphRevision> &revisions, const Links &links, const Style &style)
      : revisions_(revisions), links_(links), style_(style), column_of_(revisions.size(), kNone) {}

  // False if it has become too wide.
  bool add(Position revision) {
    std::size_t column = column_of_[revision];
    if (column == kNone) column = free_column();
    if (columns_.size() > kMostColumns) return false;
    if (after_a_base_) draw_connector(lines_through());
    after_a_base_ = links_.parents[revision].empty();
    columns_[column] = revision;
    const std::vector<std::uint8_t> through = lines_through();
    draw_row(revision, column, through);
    columns_[column] = kNone;
    connect(revision, column);
    return columns_.size() <= kMostColumns;
  }

  std::string take() { return std::move(text_); }

private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::size_t free_column() {
    const auto found = std::find(columns_.begin(), columns_.end(), kNone);
    if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
    columns_.push_back(kNone);
    return columns_.size() - 1;
  }

  std::vector<std::uint8_t> lines_through() const {
    std::vector<std::uint8_t> cells(columns_.size(), 0);
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i] != kNone) cells[i] = kUp | kDown;
    return cells;
  }

  std::string_view glyph(std::uint8_t cell) const { return style_.unicode ? kUnicodeCells[cell] : kAsciiCells[cell]; }

  std::string_view node(const GraphRevision &revision) const {
    if (!style_.unicode) return "*";
    return revision.applied.value_or(true) ? "●" : "○";
  }

  // The node with its text; further lines of the text stand beside the lines that go on.
  void draw_row(Position position, std::size_t column, const std::vector<std::uint8_t> &through) {
    const GraphRevision &revision = revisions_[position];
    std::string first, other;
    for (std::size_t i = 0; i < through.size(); ++i) {
      first += i == column ? style_.paint(Ink::Bold, node(revision)) : std::string(glyph(through[i]));
      const bool goes_on = i != column ? through[i] != 0 : !links_.parents[position].empty();
      other += glyph(goes_on ? kUp | kDown : 0);
      first += ' ';
      other += ' ';
    }
    std::string_view text = revision.text;
    bool is_first = true;
    do {
      const std::size_t end = std::min(text.find('\n'), text.size());
      append_line((is_first ? first : other) + std::string(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
      is_first = false;
    } while (!text.empty());
  }

  // Leads the lines of a revision that was just drawn to its parents' columns.
  void connect(Position revision, std::size_t column) {
    const std::vector<Position> &parents = links_.parents[revision];
    std::vector<std::uint8_t> cells = lines_through();
    if (!parents.empty()) cells[column] |= kUp;
    const auto widen = [&] { cells.resize(columns_.size(), 0); };
    bool bends = false;
    for (const Position parent : parents) {
      std::size_t target = column_of_[parent];
      if (target == kNone) {
        target = columns_[column] == kNone ? column : free_column();
        widen();
        cells[target] |= kDown;
      } else if (target > column && columns_[column] == kNone) {
        // A line that waits further right comes over to this column, so that drawings grow narrower again.
        cells[target] &= static_cast<std::uint8_t>(~kDown);
        columns_[target] = kNone;
        join(cells, target, column);
        cells[column] |= kDown;
        bends = true;
        target = column;
      }
      columns_[target] = parent;
      column_of_[parent] = target;
      if (target != column) {
        join(cells, column, target);
        bends = true;
      }
    }
    if (bends) draw_connector(cells);
    while (!columns_.empty() && columns_.back() == kNone) columns_.pop_back();
  }

  static void join(std::vector<std::uint8_t> &cells, std::size_t from, std::size_t to) {
    const std::size_t left = std::min(from, to);
    const std::size_t right = std::max(from, to);
    cells[left] |= kRight;
    cells[right] |= kLeft;
    for (std::size_t i = left + 1; i < right; ++i) cells[i] |= kLeft | kRight;
  }

  void draw_connector(const std::vector<std::uint8_t> &cells) {
    std::string line;
    for (const std::uint8_t cell : cells) {
      line += glyph(cell);
      line += (cell & kRight) != 0 ? glyph(kLeft | kRight) : " ";
    }
    append_line(std::move(line));
  }

  void append_line(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    text_ += line + "\n";
  }

  const std::vector<GraphRevision> &revisions_;
  const Links &links_;
  const Style &style_;
  std::vector<std::size_t> columns_;   // by column: the revision it leads to, or kNone
  std::vector<std::size_t> column_of_; // by revision: its column while a line leads to it, or kNone
  bool after_a_base_ = false;          // the last one has no parents: a gap keeps the next from looking like one
  std::string text_;
};

} // namespace

std::optional<std::string> draw_graph(const std::vector<GraphRevision> &revisions, const Style &style) {
  const Links links = link(revisions);
  Drawing drawing(revisions, links, style);
  for (const Position revision : drawing_order(links))
    if (!drawing.add(revision)) return std::nullopt;
  return drawing.take();
}

} // namespace migrator::report
