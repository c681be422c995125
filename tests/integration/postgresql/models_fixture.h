// Schemas loaded, read, rendered and run, as autogenerate and a run do it, on a real server.
#pragma once

#include <memory>
#include <string>

#include "migrator/database/backup.h"
#include "migrator/database/schema_reader.h"
#include "migrator/schema/render.h"
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {

// What stands in the way of a step of ours; a test fails with it.
inline void must(const Status &status, const std::string &what) {
  if (!status) throw std::runtime_error(what + "\n  " + status.error().message);
}

class Model {
public:
  explicit Model(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Database &database() { return *database_; }
  schema::Schema read() {
    auto schema = database_->schema_reader().read();
    if (!schema) throw std::runtime_error(schema.error().message);
    return *schema;
  }
  // Loads SQL in one unit.
  void load(const std::string &sql) {
    begin();
    for (const Statement &statement : split(sql)) {
      const auto ran = database_->run(statement);
      if (!ran) {
        database_->rollback_unit();
        throw std::runtime_error(statement.text + "\n  " + ran.error().message);
      }
    }
    must(database_->finish_unit(""), "finishing");
  }
  // Runs pieces as the executor does: neighbours within a transaction in one unit, the others by themselves.
  void run(const schema::Rendered &rendered) {
    bool open = false;
    const auto close = [&] {
      if (open) must(database_->finish_unit(""), "finishing");
      open = false;
    };
    for (const schema::Piece &piece : rendered.pieces) {
      if (piece.place == schema::Piece::Place::Outside) {
        close();
        if (!piece.sql.empty()) run_bare(piece.sql);
      } else if (piece.place == schema::Piece::Place::Data) {
        close();
        run_data(piece);
      } else {
        if (!open) begin();
        open = true;
        if (piece.assertion)
          check(piece.sql);
        else
          run_statement(piece.sql);
      }
    }
    close();
  }

private:
  void begin() {
    const auto begun = database_->begin_unit({});
    if (!begun) throw std::runtime_error(begun.error().message);
  }
  void check(const std::string &query) {
    const auto rows = database_->query(query);
    if (rows && rows->rows.at(0).at(0) == "1") return;
    database_->rollback_unit();
    throw std::runtime_error("does not hold: " + query);
  }
  void run_statement(const std::string &sql) {
    const auto statements = split(sql);
    if (statements.size() != 1) throw std::runtime_error("not one statement: " + sql);
    const auto ran = database_->run(statements.front());
    if (ran) return;
    database_->rollback_unit();
    throw std::runtime_error(sql + "\n  " + ran.error().message);
  }
  void run_bare(const std::string &sql) {
    must(database_->begin_bare({}), "beginning");
    const auto statements = split(sql);
    if (statements.at(0).rule == TransactionRule::NeverInside) {
      const auto ran = database_->run(statements.at(0));
      if (!ran) throw std::runtime_error(sql + "\n  " + ran.error().message);
    } else {
      begin();
      run_statement(sql);
      must(database_->finish_unit(""), "finishing");
    }
    database_->end_bare();
  }
  void run_data(const schema::Piece &piece) {
    const auto key = database_->batch_key(piece.batch->table, piece.batch->key);
    if (!key) throw std::runtime_error(key.error().message);
    begin();
    const bool numbers = key->type == BatchKey::Type::Integer;
    std::string sql = piece.sql;
    for (const auto &[name, value] :
         {std::pair<std::string, std::string>{":from", numbers ? "-1000000" : "'00000000-0000-0000-0000-000000000000'"},
          {":to", numbers ? "1000000" : "'ffffffff-ffff-ffff-ffff-ffffffffffff'"}})
      for (auto at = sql.find(name); at != std::string::npos; at = sql.find(name, at)) sql.replace(at, name.size(), value);
    run_statement(sql);
    must(database_->finish_unit(""), "finishing");
  }

  std::unique_ptr<Database> database_;
};

inline Model scratch_model() {
  Scratch place;
  place.same_server = url_of(server().url("postgres"));
  OpenOptions options;
  options.who = "tests";
  auto database = postgresql_driver().open_scratch(url_of(server().url("postgres")), place, options);
  if (!database) throw std::runtime_error(database.error().message);
  return Model(std::move(*database));
}

inline std::string listed(const schema::Rendered &rendered) {
  std::string text;
  for (const schema::Piece &piece : rendered.pieces)
    text += (piece.assertion                                ? "[assert] "
             : piece.place == schema::Piece::Place::Outside ? "[outside] "
             : piece.place == schema::Piece::Place::Data    ? "[data] "
                                                            : "") +
            piece.sql + ";\n";
  return text;
}

inline std::string listed(const std::vector<std::string> &lines) {
  std::string text;
  for (const std::string &line : lines) text += line + "\n";
  return text;
}

// Applies the way from A to B and back to a database that is A; gives what is wrong.
// `holds`: a query that gives 1 then, there and back.
inline void expect_the_law(const std::string &before, const std::string &after, const std::string &rows = "",
                           const std::string &holds = "SELECT true") {
  Model a = scratch_model(), b = scratch_model();
  a.load(before);
  b.load(after);
  if (!rows.empty()) a.load(rows);
  const schema::Schema from = a.read(), to = b.read();
  const auto up = schema::renderer(Dialect::Postgresql).render(from, to, {});
  ASSERT_TRUE(up) << up.error().message;
  const auto down = schema::renderer(Dialect::Postgresql).render(to, from, {});
  ASSERT_TRUE(down) << down.error().message;
  SCOPED_TRACE("up:\n" + listed(*up) + "down:\n" + listed(*down));
  const auto there = [&](const schema::Rendered &way, const schema::Schema &wanted) {
    a.run(way);
    EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), wanted, {}))), "");
    const auto answer = a.database().query(holds);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->rows.at(0).at(0), "1") << holds;
  };
  try {
    there(*up, to);
    there(*down, from);
  } catch (const std::exception &wrong) {
    FAIL() << wrong.what();
  }
}

} // namespace migrator::database::postgresql
