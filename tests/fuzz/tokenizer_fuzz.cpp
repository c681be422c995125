// Any bytes as SQL of either database. Laws: tokens cover the text and are never empty, only the last can be cut off, and binding a batch's parameters to
// themselves changes nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "migrator/script/batch_parameters.h"
#include "migrator/script/checksum.h"
#include "migrator/script/tokenizer.h"
#include "tests/fuzz/law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
  using namespace migrator;
  using migrator::fuzz::require;
  const std::string_view sql(reinterpret_cast<const char *>(bytes), size);
  for (const auto dialect : {Dialect::Sqlite, Dialect::Postgresql}) {
    script::Tokenizer tokenizer(sql, dialect);
    const char *at = sql.data();
    while (const auto token = tokenizer.next()) {
      require(!token->text.empty(), "no token is empty");
      require(token->text.data() == at, "tokens follow each other");
      at += token->text.size();
      require(!token->unterminated || at == sql.data() + sql.size(), "only the last token is cut off");
    }
    require(at == sql.data() + sql.size(), "tokens cover the text");
    require(script::statement_checksum(sql, dialect).size() == 67, "every text has a checksum");
    const auto bound = script::bind_batch(sql, dialect, ":from", ":to");
    if (bound) require(*bound == sql, "binding parameters to themselves changes nothing");
  }
  return 0;
}
