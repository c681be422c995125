#include "migrator/script/parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "migrator/script/data_section.h"
#include "migrator/script/directive.h"
#include "migrator/script/encoding.h"
#include "migrator/script/header.h"
#include "migrator/script/open_text.h"
#include "migrator/script/section_options.h"
#include "migrator/script/tokenizer.h"

namespace migrator::script {

namespace {

enum class Input : std::uint8_t { File, FileHeader, Journal };

constexpr Dialect kDialects[] = {Dialect::Sqlite, Dialect::Postgresql};

bool is_blank_line(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r\f\v\n") == std::string_view::npos;
}

// The first thing in the text that says something to this database.
std::optional<Token> first_significant(std::string_view text, Dialect dialect) {
  return Tokenizer(text, dialect).next_significant();
}

// One pass over the lines. Between directives it only remembers where a run of SQL began.
class Parser {
public:
  Parser(Script script, Input input)
      : script_(std::move(script)), input_(input), direction_(input == Input::Journal ? Direction::Down : Direction::Up) {}

  Result<Script> parse(std::string_view text) {
    text_ = text;
    if (auto read = read_lines(); !read) return fail(std::move(read.error()));
    if (auto finished = finish(); !finished) return fail(std::move(finished.error()));
    return std::move(script_);
  }

private:
  enum class Place : std::uint8_t { Header, Section, Irreversible };

  tl::unexpected<Error> error(int line, std::string message) const {
    return fail_at(script_.path, line, ErrorCode::InvalidRevisionFile, std::move(message));
  }
  tl::unexpected<Error> error(std::string message) const { return error(line_, std::move(message)); }

  Status read_lines() {
    std::size_t at = 0;
    begin_run(0, 1);
    for (line_ = 1; at < text_.size(); ++line_) {
      const auto end = std::min(text_.find('\n', at), text_.size());
      if (text_[at] == '-') {
        const auto line = text_.substr(at, end - at);
        if (line.substr(0, kDirectivePrefix.size()) == kDirectivePrefix) {
          if (auto read = read_directive_line(line, at, std::min(end + 1, text_.size())); !read) return read;
        } else if (const auto message = near_miss(line)) {
          return refused(line, run_until(at), *message);
        }
      }
      at = end + 1;
    }
    return end_run(text_.size());
  }

  Status read_directive_line(std::string_view line, std::size_t line_begin, std::size_t next_begin) {
    const auto directive = read_directive(line);
    if (!directive) return refused(line, run_until(line_begin), directive.error());
    if (directive->kind == DirectiveKind::Allow) {
      // SQL runs on across it: it leaves an empty line.
      if (auto read = read_allow_line(*directive); !read) return refused(line, run_until(line_begin), read.error().message);
      run_.append(text_, run_begin_, line_begin - run_begin_);
      cuts_.push_back({run_.size(), line_, line});
      run_ += '\n';
      run_begin_ = next_begin;
      return {};
    }
    cuts_.push_back({run_.size() + line_begin - run_begin_, line_, line});
    if (auto ended = end_run(line_begin); !ended) return ended;
    if (auto read = dispatch(*directive); !read) return read;
    begin_run(next_begin, line_ + 1);
    return {};
  }

  // The current run and one character more, which tells what the next line would be.
  std::string run_until(std::size_t end) const { return run_ + std::string(text_.substr(run_begin_, end + 1 - run_begin_)); }

  // The databases that the SQL at this place may be for.
  std::vector<Dialect> dialects() const {
    if (place_ == Place::Section && section_.dialect) return {*section_.dialect};
    return {std::begin(kDialects), std::end(kDialects)};
  }

  int line_in_run(std::string_view run, std::size_t offset) const {
    return run_line_ + static_cast<int>(std::count(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  }

  // A faulty directive may be meant as text: it is, where every database takes it for that, and where one does it may be.
  tl::unexpected<Error> refused(std::string_view line, const std::string &run, std::string message) const {
    std::optional<OpenText> open;
    bool everywhere = true;
    for (const Dialect dialect : dialects()) {
      const auto found = open_at(run, dialect, {run.size() - 1}).front();
      everywhere = everywhere && found;
      if (found) open = found;
    }
    if (open && everywhere) return error(directive_inside(trimmed(line), open->token, line_in_run(run, open->begin)));
    if (open) message += if_it_belongs(open->token, line_in_run(run, open->begin));
    return error(std::move(message));
  }

  // No directive cuts what every database takes for a literal or a comment.
  Status check_cuts(std::string_view run) {
    const std::vector<Cut> cuts = std::exchange(cuts_, {});
    std::vector<std::size_t> offsets;
    for (const Cut &cut : cuts) offsets.push_back(cut.offset);
    const auto open = open_in_all(run, dialects(), offsets);
    for (std::size_t i = 0; i < open.size(); ++i)
      if (open[i])
        return error(cuts[i].line, directive_inside(trimmed(cuts[i].text), open[i]->token, line_in_run(run, open[i]->begin)));
    return {};
  }

  Status dispatch(const Directive &directive) {
    if (is_header(directive.kind)) return read_header_line(directive);
    switch (directive.kind) {
    case DirectiveKind::Up:
    case DirectiveKind::Down:
    case DirectiveKind::Data:
      return read_section_line(directive);
    default:
      return read_assert_line(directive);
    }
  }

  Status read_header_line(const Directive &directive) {
    if (input_ == Input::Journal) return error(fmt::format("`{}` among down sections", name(directive.kind)));
    auto &first_line = header_lines_[static_cast<std::size_t>(directive.kind)];
    if (first_line != 0)
      return error(fmt::format("`{}` is given twice, first on line {}: keep one of them", name(directive.kind), first_line));
    if (place_ != Place::Header) {
      return error(fmt::format("`{}` after a section: move it above the first section, on line {}", name(directive.kind),
                               first_section_line_));
    }
    first_line = line_;
    if (auto read = read_header(directive, script_); !read) return error(std::move(read.error()));
    return {};
  }

  Status read_section_line(const Directive &directive) {
    if (directive.kind == DirectiveKind::Data && place_ != Place::Section) {
      if (place_ == Place::Irreversible)
        return error("`data` after `down irreversible`: put it under `-- migrate:up`, or remove one of the two");
      // What a journal keeps is all downward; the down section above this one may belong to another database.
      if (input_ != Input::Journal)
        return error(
            "`data` before any section: write `-- migrate:up` or `-- migrate:down` before it, which tells its direction");
    }
    if (auto closed = close_section(); !closed) return closed;
    if (auto complete = check_header_complete(directive); !complete) return complete;
    if (first_section_line_ == 0) first_section_line_ = line_;
    const bool irreversible = directive.kind == DirectiveKind::Down && directive.arguments == "irreversible";
    auto section = irreversible ? Read<Section>() : read_section(directive, direction_);
    if (!section) return error(std::move(section.error()));
    if (irreversible || section->direction == Direction::Down) {
      if (auto agrees = check_down(irreversible); !agrees) return agrees;
    } else if (input_ == Input::Journal) {
      return error("an up section among down sections");
    }
    if (irreversible) {
      place_ = Place::Irreversible;
      script_.down_irreversible = true;
      return {};
    }
    if (section->data) {
      if (auto named = check_data_name(*section); !named) return named;
    }
    place_ = Place::Section;
    section_ = std::move(*section);
    section_.line = line_;
    direction_ = section_.direction;
    return {};
  }

  // Said where a reader looks first: at the section that stands without a header above it.
  Status check_header_complete(const Directive &directive) const {
    if (input_ == Input::Journal || place_ != Place::Header || !script_.revision.empty()) return {};
    return error(fmt::format("`{}` without a `-- migrate:revision ID` line above it: a file of dbmate's needs a header; write "
                             "`-- migrate:revision ID` and "
                             "`-- migrate:down_revision ID` (or `none`) at its top",
                             name(directive.kind)));
  }

  Status check_down(bool irreversible) {
    if (script_.down_irreversible) {
      return error(fmt::format("a down section beside `down irreversible` on line {}: remove one of the two", first_down_line_));
    }
    if (irreversible && first_down_line_ != 0) {
      return error(
          fmt::format("`down irreversible` beside the down section on line {}: remove one of the two", first_down_line_));
    }
    if (first_down_line_ == 0) first_down_line_ = line_;
    return {};
  }

  // The journal tells data sections of a step apart by name.
  Status check_data_name(const Section &section) {
    for (const auto dialect : kDialects) {
      if (!section.applies_to(dialect)) continue;
      if (!data_names_.emplace(section.direction, dialect, section.data->name).second) {
        return error(fmt::format("a second data section named `{}` in this direction: give it another name", section.data->name));
      }
    }
    return {};
  }

  Status read_assert_line(const Directive &directive) {
    if (place_ == Place::Irreversible)
      return error("`assert` after `down irreversible`: put it into a section, or before the first one");
    if (input_ == Input::Journal && place_ == Place::Header) return error("`assert` before the first section");
    auto read = read_assert(directive, place_ == Place::Section ? section_.dialect : std::nullopt);
    if (!read) return error(std::move(read.error()));
    read->line = line_;
    if (place_ == Place::Header) {
      script_.preconditions.push_back(std::move(*read));
    } else {
      section_.items.emplace_back(std::move(*read));
    }
    return {};
  }

  Status read_allow_line(const Directive &directive) {
    if (place_ != Place::Section)
      return error("`allow` outside a section: move it below the `-- migrate:up` or `-- migrate:down` that it is about");
    auto read = read_allow(directive);
    if (!read) return error(std::move(read.error()));
    read->line = line_;
    section_.allows.push_back(std::move(*read));
    return {};
  }

  void begin_run(std::size_t begin, int line) {
    run_.clear();
    cuts_.clear();
    run_begin_ = begin;
    run_line_ = line;
  }

  // Takes what stands between the last directive and this place.
  Status end_run(std::size_t end) {
    if (run_begin_ > end) run_begin_ = end;
    const bool reads_sql = input_ == Input::File || (input_ == Input::FileHeader && place_ != Place::Section);
    if (reads_sql && !cuts_.empty())
      if (auto whole = check_cuts(run_until(end)); !whole) return whole;
    std::string_view text = text_.substr(run_begin_, end - run_begin_);
    if (!run_.empty()) {
      run_.append(text);
      text = run_;
    }
    while (!text.empty()) {
      const auto line_end = text.find('\n');
      if (!is_blank_line(text.substr(0, line_end))) break;
      text.remove_prefix(line_end == std::string_view::npos ? text.size() : line_end + 1);
      ++run_line_;
    }
    while (!text.empty()) {
      const auto last_line = text.rfind('\n');
      if (!is_blank_line(text.substr(last_line == std::string_view::npos ? 0 : last_line))) break;
      text = text.substr(0, last_line == std::string_view::npos ? 0 : last_line);
    }
    if (text.empty()) return {};
    if (place_ != Place::Section) return check_no_sql(text);
    if (input_ != Input::FileHeader) section_.items.emplace_back(SqlText{std::string(text), run_line_});
    return {};
  }

  // Outside sections only comments may stand.
  Status check_no_sql(std::string_view text) const {
    std::optional<Token> sql;
    for (const auto dialect : kDialects) {
      const auto found = first_significant(text, dialect);
      if (!found || found->kind == TokenKind::Hint) return {};
      if (!sql) sql = found;
    }
    const auto offset = static_cast<std::size_t>(sql->text.data() - text.data());
    const int line =
        run_line_ + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    if (place_ == Place::Irreversible)
      return error(line, "SQL after `down irreversible`: remove it, or write a `-- migrate:down` section instead");
    if (input_ == Input::File || input_ == Input::FileHeader) {
      if (auto header = check_header(text, line); !header) return header;
    }
    return error(line, "SQL before the first section: write `-- migrate:up` above it");
  }

  // A file that has nothing of ours gets told so, rather than where its SQL is.
  Status check_header(std::string_view text, int line) const {
    if (text_.find(kDirectivePrefix) != std::string_view::npos) return {};
    for (const std::string_view other : {"-- +goose", "-- +migrate"}) {
      if (text.find(other) == std::string_view::npos) continue;
      return error(line, fmt::format("no `-- migrate:revision ID` line: a file with `{}` lines is another tool's; give it a "
                                     "header and write `-- migrate:up` "
                                     "and `-- migrate:down` instead",
                                     other));
    }
    return error(line, std::string(kNotARevisionFile));
  }

  Status close_section() {
    if (place_ != Place::Section) return {};
    if (section_.data && input_ != Input::FileHeader) {
      if (auto fits = check_data_section(section_); !fits) return error(fits.error().line, std::move(fits.error().message));
    }
    if (input_ != Input::FileHeader) script_.sections.push_back(std::move(section_));
    section_ = Section();
    return {};
  }

  Status finish() {
    if (auto closed = close_section(); !closed) return closed;
    if (input_ == Input::Journal) return {};
    if (script_.revision.empty()) {
      const bool ours = std::any_of(header_lines_.begin(), header_lines_.end(), [](int line) { return line != 0; });
      return error(1, ours ? std::string("the header has no revision: write `-- migrate:revision ID`")
                           : std::string(kNotARevisionFile));
    }
    if (!script_.down_revision_given) {
      const int line = header_lines_[static_cast<std::size_t>(DirectiveKind::Revision)];
      script_.warnings.push_back(
          fmt::format("{}:{}: no down_revision: taken as none, a first revision; write `-- migrate:down_revision none` to say so",
                      script_.path, line));
    }
    return {};
  }

  static constexpr std::string_view kNotARevisionFile =
      "not a revision file, it has no `-- migrate:revision ID` line: give it a header, or move it out of the migrations folder";

  Script script_;
  Input input_;
  std::string_view text_;
  int line_ = 0;
  Place place_ = Place::Header;
  std::array<int, 6> header_lines_{}; // by DirectiveKind: where a header directive stands; 0: nowhere
  int first_section_line_ = 0;
  int first_down_line_ = 0;
  Section section_;     // the open one, if place_ is Section
  Direction direction_; // what a data section would stand in
  std::set<std::tuple<Direction, Dialect, std::string>> data_names_;
  struct Cut {
    std::size_t offset; // in the current run
    int line;
    std::string_view text;
  };
  std::vector<Cut> cuts_; // the directives that stand in the current run, or end it
  std::string run_;       // the current run as far as `allow` lines cut it
  std::size_t run_begin_ = 0;
  int run_line_ = 1;
};

Result<Script> parse_file(std::string_view bytes, std::string path, Input input) {
  if (bytes.size() > kMaxFileBytes) return too_large(std::move(path), bytes.size());
  std::string storage;
  const auto text = decode(bytes, path, storage);
  if (!text) return fail(text.error());
  Script script;
  script.path = std::move(path);
  return Parser(std::move(script), input).parse(*text);
}

} // namespace

Result<Script> parse(std::string_view text, std::string path) {
  return parse_file(text, std::move(path), Input::File);
}

Result<Script> parse_header(std::string_view text, std::string path) {
  return parse_file(text, std::move(path), Input::FileHeader);
}

Result<Script> parse_down_sections(std::string_view text, Script header) {
  header.sections.clear();
  header.preconditions.clear();
  header.down_irreversible = false;
  return Parser(std::move(header), Input::Journal).parse(text);
}

tl::unexpected<Error> too_large(std::string path, std::size_t bytes) {
  Error error;
  error.code = ErrorCode::InvalidRevisionFile;
  error.message = fmt::format(
      "{} bytes are too many: a revision file has at most {} (32 MiB); load large data with another tool, or split the file",
      bytes, kMaxFileBytes);
  error.file = std::move(path);
  return fail(std::move(error));
}

} // namespace migrator::script
