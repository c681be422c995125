// See revision_text.h.
#include "migrator/report/revision_text.h"

#include <nlohmann/json.hpp>

#include "migrator/report/printable.h"

namespace migrator::report {

namespace {

std::string joined(const std::vector<std::string> &words, std::string_view separator = ", ") {
  std::string text;
  for (const std::string &word : words) {
    if (!text.empty()) text += separator;
    text += printable(word);
  }
  return text;
}

std::string parents_of(const RevisionView &view) {
  return view.down_revisions.empty() ? "<base>" : joined(view.down_revisions);
}

void append_mark(std::string &marks, bool present, std::string_view mark, Ink ink, const Style &style) {
  if (!present) return;
  if (!marks.empty()) marks += ' ';
  marks += style.paint(ink, mark);
}

} // namespace

std::string revision_marks(const RevisionView &view, bool places, const Style &style) {
  std::string marks;
  append_mark(marks, view.head && !view.needed, "(head)", Ink::Green, style);
  append_mark(marks, view.head && view.needed, "(effective head)", Ink::Green, style);
  append_mark(marks, view.current, "(current)", Ink::Bold, style);
  append_mark(marks, places && view.branch_point, "(branchpoint)", Ink::Dim, style);
  append_mark(marks, places && view.merge_point, "(mergepoint)", Ink::Dim, style);
  return marks;
}

std::string revision_line(const RevisionView &view, const LineParts &parts, const Style &style) {
  std::string line;
  if (parts.parents) {
    line += parents_of(view);
    if (!view.depends_on.empty()) line += " (" + joined(view.depends_on) + ")";
    line += " -> ";
  }
  line += style.paint(Ink::Yellow, printable(view.id));
  if (parts.branches && !view.branches.empty()) line += " " + style.paint(Ink::Cyan, "(" + joined(view.branches) + ")");
  const std::string marks = revision_marks(view, parts.places, style);
  if (!marks.empty()) line += " " + marks;
  if (parts.message) line += ", " + (view.message.empty() ? std::string("empty message") : printable(view.message));
  return line;
}

std::string revision_details(const RevisionView &view, const Style &style) {
  std::string text = "Rev: " + revision_line(view, {false, false, true, false}, style) + "\n";
  text += (view.merge_point ? "Merges: " : "Parent: ") + parents_of(view) + "\n";
  if (!view.depends_on.empty()) text += "Also depends on: " + joined(view.depends_on) + "\n";
  if (view.branch_point) text += "Branches into: " + joined(view.children) + "\n";
  if (!view.branches.empty()) text += "Branch names: " + joined(view.branches) + "\n";
  if (view.applied) text += std::string("Applied: ") + (*view.applied ? "yes" : "no") + "\n";
  if (!view.created.empty()) text += "Created: " + printable(view.created) + "\n";
  text += "Path: " + (view.path.empty() ? std::string("no file; the database's journal knows it") : printable(view.path)) + "\n";
  return text + "\n    " + (view.message.empty() ? std::string("empty message") : printable(view.message)) + "\n\n";
}

nlohmann::ordered_json revision_json(const RevisionView &view) {
  nlohmann::ordered_json object{{"revision", view.id},
                                {"down_revisions", view.down_revisions},
                                {"depends_on", view.depends_on},
                                {"labels", view.labels},
                                {"branches", view.branches},
                                {"message", view.message},
                                {"created", nullptr},
                                {"path", nullptr},
                                {"applied", nullptr},
                                {"current", nullptr},
                                {"head", view.head},
                                {"branch_point", view.branch_point},
                                {"merge_point", view.merge_point}};
  if (!view.created.empty()) object["created"] = view.created;
  if (!view.path.empty()) object["path"] = view.path;
  if (view.applied) {
    object["applied"] = *view.applied;
    object["current"] = view.current;
  }
  return object;
}

} // namespace migrator::report
