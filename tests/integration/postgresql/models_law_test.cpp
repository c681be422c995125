// The law of autogenerate with random schemas: MIGRATOR_PROOF=long tries 2,000 pairs, a test run 100; MIGRATOR_SEED tries one.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <set>

#include "tests/integration/postgresql/models_fixture.h"
#include "tests/integration/postgresql/random_schema.h"

namespace migrator::database::postgresql {
namespace {

using schema::Attribute;
using schema::Kind;
using schema::Object;

constexpr const char *kEmpty =
    "SET LOCAL client_min_messages = warning; DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA IF EXISTS extra CASCADE";

// What rows of tables that both have hold in columns that both have, as one text a column.
std::string rows_of(Model &model, const schema::Schema &from, const schema::Schema &to) {
  std::string text;
  for (const Object &column : from.objects) {
    const Object *other = to.find(column.id);
    if (column.id.kind != Kind::Column || other == nullptr || column.has(Attribute::Generated) ||
        other->has(Attribute::Generated) || column.text(Attribute::Type).rfind("numeric", 0) == 0 ||
        other->text(Attribute::Type).rfind("numeric", 0) == 0)
      continue;
    const auto rows = model.database().query("SELECT string_agg(\"" + column.id.name + "\"::text, ',' ORDER BY id) FROM app.\"" +
                                             column.id.relation + "\"");
    if (!rows) throw std::runtime_error(rows.error().message);
    text += column.id.relation + "." + column.id.name + ": " + rows->rows.at(0).at(0).value_or("") + "\n";
  }
  return text;
}

// Owners and grants of what both have: nothing that was made anew may have lost them.
std::string rights_of(const schema::Schema &schema, const schema::Schema &other) {
  std::string text;
  for (const Object &object : schema.objects) {
    if (other.find(object.id) == nullptr) continue;
    text += schema::text(object.id) + " " + object.text(Attribute::Owner);
    for (const std::string &grant : object.value(Attribute::Grants))
      if (const auto on = grant.find(" ON COLUMN "); on == std::string::npos) text += " " + grant;
    text += "\n";
  }
  return text;
}

// The lines of pg_dump's text, in no order: neither columns nor statements come in the same one. Owners and grants are not compared here.
std::string dump_of(Model &model) {
  const std::string command =
      "pg_dump --schema-only --no-owner --no-acl '" + server().url(model.database().server().database) + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE *)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("pg_dump does not start");
  std::multiset<std::string> lines;
  std::array<char, 8192> line{};
  while (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    std::string text = line.data();
    while (!text.empty() && (text.back() == '\n' || text.back() == ',')) text.pop_back();
    if (!text.empty() && text.rfind("--", 0) != 0 && text.rfind("\\", 0) != 0) lines.insert(text);
  }
  std::string all;
  for (const std::string &text : lines) all += text + "\n";
  return all;
}

class Law {
public:
  // What is wrong; empty: nothing.
  std::string broken_by(unsigned seed, bool with_dump) {
    const auto pair = RandomSchemas(seed).make();
    const std::string schemas = "A:\n" + pair.a + "B:\n" + pair.b;
    std::string way;
    try {
      a_.load(kEmpty);
      b_.load(kEmpty);
      a_.load(pair.a);
      b_.load(pair.b);
      a_.load(pair.rows);
      const schema::Schema from = a_.read(), to = b_.read();
      const auto up = schema::renderer(Dialect::Postgresql).render(from, to, {});
      const auto down = schema::renderer(Dialect::Postgresql).render(to, from, {});
      if (!up || !down) return schemas + "not rendered";
      way = "up:\n" + listed(*up) + "down:\n" + listed(*down);
      const std::string rows = rows_of(a_, from, to);
      const std::string dump = with_dump ? dump_of(a_) : "", wanted_dump = with_dump ? dump_of(b_) : "";
      a_.run(*up);
      const schema::Schema there = a_.read();
      std::string wrong = listed(schema::describe(schema::compare(there, to, {})));
      if (rights_of(there, from) != rights_of(from, there))
        wrong += "rights:\n" + rights_of(from, there) + "->\n" + rights_of(there, from);
      if (const auto now = rows_of(a_, from, to); now != rows) wrong += "rows:\n" + rows + "->\n" + now;
      if (const auto now = with_dump ? dump_of(a_) : ""; now != wanted_dump) wrong += "dump:\n" + wanted_dump + "->\n" + now;
      if (!wrong.empty()) return schemas + way + "after up:\n" + wrong;
      a_.run(*down);
      wrong = listed(schema::describe(schema::compare(a_.read(), from, {})));
      if (const auto now = rows_of(a_, from, to); now != rows) wrong += "rows:\n" + rows + "->\n" + now;
      if (const auto now = with_dump ? dump_of(a_) : ""; now != dump) wrong += "dump:\n" + dump + "->\n" + now;
      return wrong.empty() ? "" : schemas + way + "after down:\n" + wrong;
    } catch (const std::exception &error) {
      a_.database().rollback_unit();
      b_.database().rollback_unit();
      a_.database().end_bare();
      return schemas + way + error.what();
    }
  }

private:
  Model a_ = scratch_model(), b_ = scratch_model();
};

TEST(ModelsLaw, RandomSchemas) {
  server().execute("postgres", "CREATE ROLE app_role SUPERUSER");
  Law law;
  const char *seed = std::getenv("MIGRATOR_SEED"), *proof = std::getenv("MIGRATOR_PROOF");
  if (seed != nullptr) {
    EXPECT_EQ(law.broken_by(static_cast<unsigned>(std::atoi(seed)), true), "");
    return;
  }
  const unsigned rounds = proof != nullptr && std::string(proof) == "long" ? 2000 : 100;
  unsigned broken = 0;
  for (unsigned round = 1; round <= rounds && broken < 10; ++round)
    if (const std::string wrong = law.broken_by(round, round % 3 == 0); !wrong.empty()) {
      ++broken;
      ADD_FAILURE() << "MIGRATOR_SEED=" << round << "\n" << wrong;
    }
  std::cout << rounds << " pairs of schemas, " << broken << " broken\n";
}

} // namespace
} // namespace migrator::database::postgresql
