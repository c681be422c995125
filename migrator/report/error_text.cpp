// See error_text.h.
#include "migrator/report/error_text.h"

#include <nlohmann/json.hpp>

#include "migrator/report/printable.h"

namespace migrator::report {

std::string error_text(const Error &error) {
  return "error: " + printable_lines(error.text());
}

nlohmann::ordered_json error_document(const Error &error) {
  nlohmann::ordered_json body{
      {"code", name(error.code)}, {"exit_code", exit_code(error.code)}, {"message", error.message}, {"subject", error.subject}};
  if (!error.file.empty()) body["file"] = error.file;
  if (error.line > 0) body["line"] = error.line;
  if (!error.sqlstate.empty()) body["sqlstate"] = error.sqlstate;
  if (!error.revision.empty()) body["revision"] = error.revision;
  return {{"error", std::move(body)}};
}

} // namespace migrator::report
