// See order.h.
#include "migrator/schema/postgresql/order.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <queue>
#include <string>

#include "migrator/text/ascii.h"

namespace migrator::schema::postgresql {

namespace {

// Nodes are numbered by the order in which they come where nothing else decides.
struct Graph {
  std::vector<const Object *> nodes;
  std::map<ObjectId, std::size_t> numbers;
  std::vector<std::vector<std::size_t>> needed_by, mentioned_by;
  std::vector<std::size_t> needs, mentions; // how many are still to come

  void connect(const ObjectId &from, std::size_t to) {
    const auto found = numbers.find(from);
    if (found == numbers.end() || found->second == to) return;
    needed_by[found->second].push_back(to);
    ++needs[to];
  }
};

bool comes_before(const Object *a, const Object *b) {
  const auto rank = [](const Object *object) {
    if (object->id.kind != Kind::Constraint) return static_cast<int>(object->id.kind) * 2;
    const std::string &type = object->text(Attribute::ConstraintType);
    return type == "foreign key" ? static_cast<int>(Kind::Index) * 2 + 1 : static_cast<int>(Kind::Constraint) * 2;
  };
  return rank(a) != rank(b) ? rank(a) < rank(b) : a->id < b->id;
}

// The relation or domain that an object is of.
void connect_relation(Graph &graph, const Object &object, std::size_t number) {
  if (object.id.relation.empty()) return;
  for (const Kind kind : {Kind::Table, Kind::Domain, Kind::View, Kind::MaterializedView})
    graph.connect({kind, object.id.schema, "", object.id.relation}, number);
}

void connect_needs(Graph &graph, std::size_t number, const std::set<ObjectId> &within_relation) {
  const Object &object = *graph.nodes[number];
  for (const ObjectId &needed : object.needs) graph.connect(needed, number);
  connect_relation(graph, object, number);
  if (!object.id.schema.empty()) graph.connect({Kind::Namespace, "", "", object.id.schema}, number);
  if (object.id.kind == Kind::Extension)
    graph.connect({Kind::Namespace, "", "", object.text(Attribute::ExtensionSchema)}, number);
  if (object.id.kind != Kind::Column && !within_relation.contains(object.id)) return;
  for (const Kind kind : {Kind::Table, Kind::Domain, Kind::View, Kind::MaterializedView}) {
    const auto relation = graph.numbers.find({kind, object.id.schema, "", object.id.relation});
    if (relation == graph.numbers.end()) continue;
    for (const ObjectId &needed : object.needs)
      if (needed.schema != object.id.schema || needed.relation != object.id.relation) graph.connect(needed, relation->second);
  }
}

// A domain whose arrays are columns takes no new constraint: those that call nothing of ours come before what uses it.
void connect_domain_constraints(Graph &graph) {
  std::map<ObjectId, std::vector<ObjectId>> constraints;
  for (const Object *object : graph.nodes) {
    const Value &type = object->value(Attribute::ConstraintType);
    const bool calls = std::any_of(object->needs.begin(), object->needs.end(),
                                   [](const ObjectId &needed) { return needed.kind == Kind::Function; });
    if (type.size() > 1 && type[1] == "domain" && !calls)
      constraints[{Kind::Domain, object->id.schema, "", object->id.relation}].push_back(object->id);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ObjectId &id = graph.nodes[i]->id;
    if (id.kind != Kind::Domain && id.kind != Kind::Column) continue;
    const auto user =
        id.kind == Kind::Domain ? graph.numbers.find(id) : graph.numbers.find({Kind::Table, id.schema, "", id.relation});
    for (const ObjectId &needed : graph.nodes[i]->needs)
      if (const auto found = constraints.find(needed); found != constraints.end() && user != graph.numbers.end())
        for (const ObjectId &constraint : found->second) graph.connect(constraint, user->second);
  }
}

// A sequence goes with the table that owns it: what draws from it in another table goes before, and comes after.
void connect_sequence_owners(Graph &graph) {
  std::map<ObjectId, ObjectId> owners;
  for (const Object *object : graph.nodes)
    if (const Value &owner = object->value(Attribute::OwnedBy); owner.size() == 3)
      owners[object->id] = {Kind::Table, owner[0], "", owner[1]};
  for (const Object *object : graph.nodes) {
    if (object->id.kind != Kind::Column) continue;
    const ObjectId own{Kind::Table, object->id.schema, "", object->id.relation};
    const auto user = graph.numbers.find(own);
    for (const ObjectId &needed : object->needs)
      if (const auto owner = owners.find(needed); owner != owners.end() && owner->second != own && user != graph.numbers.end())
        graph.connect(owner->second, user->second);
  }
}

std::set<std::string> words_of(const std::string &text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '_' || byte >= 0x80) {
      word += text::lower(c);
    } else if (!word.empty()) {
      words.insert(word);
      word.clear();
    }
  }
  return words;
}

// A function's text is not known to the server before it runs, but may be read when something calls it.
void connect_mentions(Graph &graph) {
  std::map<std::string, std::vector<std::size_t>> named;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ObjectId &id = graph.nodes[i]->id;
    if (id.kind == Kind::Function || id.kind == Kind::Table || id.kind == Kind::Sequence || id.kind == Kind::View)
      for (const std::string &word : words_of(id.name.substr(0, id.name.find('(')))) named[word].push_back(i);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i]->id.kind != Kind::Function) continue;
    for (const std::string &word : words_of(graph.nodes[i]->text(Attribute::Definition)))
      if (const auto found = named.find(word); found != named.end())
        for (const std::size_t mentioned : found->second)
          if (mentioned != i) {
            graph.mentioned_by[mentioned].push_back(i);
            ++graph.mentions[i];
          }
  }
}

} // namespace

std::vector<const Object *> in_order(const Schema &schema, const std::set<ObjectId> &wanted,
                                     const std::set<ObjectId> &within_relation) {
  Graph graph;
  for (const Object &object : schema.objects)
    if (wanted.contains(object.id)) graph.nodes.push_back(&object);
  std::sort(graph.nodes.begin(), graph.nodes.end(), comes_before);
  const std::size_t count = graph.nodes.size();
  for (std::size_t i = 0; i < count; ++i) graph.numbers[graph.nodes[i]->id] = i;
  graph.needed_by.resize(count);
  graph.mentioned_by.resize(count);
  graph.needs.resize(count);
  graph.mentions.resize(count);
  for (std::size_t i = 0; i < count; ++i) connect_needs(graph, i, within_relation);
  connect_domain_constraints(graph);
  connect_sequence_owners(graph);
  connect_mentions(graph);

  std::set<std::size_t> ready, only_mentions, rest; // by what they still wait for
  const auto place = [&](std::size_t i) {
    rest.erase(i);
    only_mentions.erase(i);
    (graph.needs[i] != 0 ? rest : graph.mentions[i] != 0 ? only_mentions : ready).insert(i);
  };
  for (std::size_t i = 0; i < count; ++i) place(i);
  std::vector<const Object *> ordered;
  std::vector<bool> done(count, false);
  while (ordered.size() < count) {
    auto &from = !ready.empty() ? ready : !only_mentions.empty() ? only_mentions : rest;
    const std::size_t next = *from.begin();
    from.erase(from.begin());
    done[next] = true;
    ordered.push_back(graph.nodes[next]);
    for (const std::size_t other : graph.needed_by[next]) {
      --graph.needs[other];
      if (!done[other]) place(other);
    }
    for (const std::size_t other : graph.mentioned_by[next]) {
      --graph.mentions[other];
      if (!done[other]) place(other);
    }
  }
  return ordered;
}

} // namespace migrator::schema::postgresql
