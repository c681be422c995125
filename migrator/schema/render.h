// The SQL that turns one schema into another, safe forms first. Pure; a renderer a dialect.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/schema/compare.h"
#include "migrator/schema/object.h"
#include "migrator/script/script.h"

namespace migrator::schema {

// One statement, or one data batch, of a section. A run of pieces of one place makes one section of the revision (docs/revision-format.md).
struct Piece {
  enum class Place : std::uint8_t {
    Transaction, // an ordinary section
    Outside,     // transaction:false; without SQL it only ends the transaction before it
    Data,        // a data section of its own; `batch` is set
  } place = Place::Transaction;
  std::string sql;                        // one statement, without its semicolon
  std::string note;                       // what a reviewer should know, one line without "--"; empty: nothing
  std::optional<script::DataBatch> batch; // of Data
  std::string allow;                      // a lint rule that this breaks knowingly ("drop_column"), or empty
  bool assertion = false;                 // `sql` is the query of an assert, on one line; of Transaction
};

struct Rendered {
  std::vector<Piece> pieces;       // in the order to run; none: nothing to do
  std::vector<std::string> losses; // data that these statements destroy, one sentence each: "rows of table t", "column t.c"
  std::vector<std::string>
      guesses; // what of the rows that are there is not known, a sentence each: a value put in, or one that must be there
};

struct RenderOptions {
  CompareOptions compare;
  bool keep_order = false; // columns stand in the order of `to`, for something that is not in it sees it; SQLite only
};

class Renderer {
public:
  virtual ~Renderer() = default;
  // What makes `to` of a database that is `from`: afterwards compare() finds nothing, and rows stay in all tables and columns that both have.
  // A way down is render(to, from). Irreversible: no SQL can do it, with what to do by hand.
  virtual Result<Rendered> render(const Schema &from, const Schema &to, const RenderOptions &options) const = 0;
  // Renames in this order, each by the names at its time (rename_order.h). The schema afterwards is best read from the database, for definitions follow.
  virtual std::vector<Piece> rename(const std::vector<Rename> &renames) const = 0;
  // What of `ours` may be there while these renames are made: all of it, or without what stands in their way. `all` has beside it what stays there.
  virtual Schema beside_renames(const std::vector<Rename> &renames, const Schema &ours, const Schema &all) const = 0;
};

const Renderer &renderer(Dialect dialect) noexcept;

} // namespace migrator::schema
