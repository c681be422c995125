#include "migrator/script/section_text.h"

#include <fmt/format.h>

#include "migrator/text/duration.h"

namespace migrator::script {

void append_section(std::string &out, const Section &section) {
  out += "-- migrate:";
  out += section.data ? "data" : name(section.direction);
  if (section.data)
    out += fmt::format(" name:{} table:{} key:{} batch:{}", section.data->name, section.data->table, section.data->key,
                       section.data->batch);
  if (section.dialect) out += fmt::format(" dialect:{}", name(*section.dialect));
  if (!section.transaction) out += " transaction:false";
  if (section.lock_timeout) out += fmt::format(" lock_timeout:{}", text::to_text(*section.lock_timeout));
  if (section.statement_timeout) out += fmt::format(" statement_timeout:{}", text::to_text(*section.statement_timeout));
  if (section.foreign_keys) out += " foreign_keys:on";
  out += '\n';
  for (const auto &allow : section.allows) out += fmt::format("-- migrate:allow {} because {}\n", allow.rule, allow.reason);
  for (const auto &item : section.items) {
    if (const auto *text = std::get_if<SqlText>(&item)) {
      out += text->text;
      out += '\n';
    } else {
      out += fmt::format("-- migrate:assert {}\n", std::get<Assert>(item).query);
    }
  }
}

} // namespace migrator::script
