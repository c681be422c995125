// Random schemas of all kinds that the model knows, two of which have much in common: B is A with some of it changed.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

namespace migrator::database::postgresql {

class RandomSchemas {
public:
  explicit RandomSchemas(unsigned seed) : random_(seed) {}

  struct Pair {
    std::string a, b; // SQL
    std::string rows; // to be put in A
  };
  Pair make();

private:
  struct Column {
    std::string type, fallback, generated, comment, collation;
    std::string settings; // behind ALTER COLUMN … SET
    std::string options;  // of an identity
    bool not_null = false, identity = false, always = false, serial = false, grant = false;
  };
  struct Table {
    std::map<std::string, Column> columns;
    bool primary = true, unlogged = false, grant = false, owner = false, deferred = false, disabled = false;
    std::string options; // in WITH (…)
    std::map<std::string, std::string> constraints, indexes, triggers;
    std::string references; // a table whose id its "ref" leads to
    std::string comment;
  };
  struct World {
    std::map<std::string, std::vector<std::string>> enums;
    std::map<std::string, std::string> domains, sequences;
    std::map<std::string, std::string> functions; // name to text
    std::map<std::string, Table> tables;
    std::map<std::string, std::string> views; // name to SQL, in order
    std::map<std::string, std::string> view_comments;
    bool extra_schema = false, owned = false; // owned: a sequence by a table
  };

  int upto(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool chance(int percent) { return upto(100) < percent; }
  template <typename T> const T &one(const std::vector<T> &of) {
    return of[static_cast<std::size_t>(upto(static_cast<int>(of.size())))];
  }

  Column column(const World &world, bool in_pair_type = false);
  Table table(const World &world, const std::string &name);
  void decorate(World &world, const std::string &name, Table &table);
  World world();
  World changed(const World &from);
  void repair(World &world);
  static std::string sql(const World &world);
  std::string rows(const World &world);

  std::mt19937 random_;
};

} // namespace migrator::database::postgresql
