// The SQL text that pg_dump and pg_restore write: cut into its entries, for comparing, and made fit to be run inside a transaction of ours, for
// restoring. Their list of contents (`pg_restore --list`) too. Pure.
#pragma once

#include <optional>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/database/contents.h"

namespace migrator::database::postgresql {

// One definition, by the comment before it: "-- Name: orders; Type: TABLE; Schema: public; Owner: anna".
struct DumpEntry {
  std::string name; // "orders", "orders orders_pkey", "TABLE orders": as the comment says
  std::string type; // "TABLE", "CONSTRAINT", "ACL", "SEQUENCE SET" …
  std::string owner;
  std::string schema;              // "-" outside a schema
  std::string text;                // without blank lines and comment marks, tablespaces and owners taken out
  std::vector<std::string> owners; // ALTER … OWNER TO …
  std::string tablespace;          // that it is made in; empty: the database's own
};

// A reader of such a text that is fed in pieces; lines may be split anywhere.
class DumpReader {
public:
  void take(std::string_view piece);
  // What has been read; the reader is empty afterwards.
  std::vector<DumpEntry> finish();

private:
  void line(std::string_view line);

  std::string rest_;
  std::vector<DumpEntry> entries_;
  std::string tablespace_;
  bool after_mark_ = false;
};

// Whether what an entry is about is compared in another way, or not at all (large objects: by their bytes).
bool is_compared_by_text(const DumpEntry &entry);

// "definition" entries, and "rows" entries of sequences ("SEQUENCE public.orders_id_seq"): sorted, names unique. An owner is an entry of its own
// ("OWNER OF TABLE public.orders"), and so is a tablespace.
std::vector<ContentEntry> entries_of(const std::vector<DumpEntry> &dump);

std::set<std::string> owners_in(const std::vector<DumpEntry> &dump);
// Roles that the definitions name as owners or grantees; a policy's are not among them.
std::set<std::string> roles_in(const std::vector<DumpEntry> &dump);

// Where a sequence stands, hashed as entries_of() does.
std::string sequence_hash(std::string_view last_value, bool is_called);

// Whether an entry says who owns or may use a thing, or where it lies: what a scratch server without the roles cannot have.
bool is_about_roles(const ContentEntry &entry);

// The same text for what PostgreSQL prints otherwise once it has read it again: "(ARRAY['a'::character varying])::text[]" comes back as
// "ARRAY[('a'::character varying)::text]".
std::string as_read_again(std::string_view definition);

// What stands after WITH in a text's CREATE DATABASE, without a tablespace; "TEMPLATE = template0" if it has none.
std::string database_options_in(std::string_view text);

// One line of `pg_restore --list`.
struct ListedEntry {
  std::string line;
  std::string type; // "TABLE DATA", "SCHEMA" …
  std::string rest; // schema or "-", tag and owner, as printed
};
std::vector<ListedEntry> read_list(std::string_view list);

// Whether an entry makes an event trigger, or is about one: those come last, for they fire at what comes after them.
bool is_event_trigger(const ListedEntry &entry);

// What pg_restore writes on its way into psql, within a transaction that we began: its own BEGIN and COMMIT (of --single-transaction) are taken
// out, and settings that the server is too old for.
class RestoreFilter {
public:
  explicit RestoreFilter(int server_version) : server_version_(server_version) {}
  // What may be passed on now.
  std::string take(std::string_view piece);
  // The rest; only when pg_restore has ended well. nullopt: there was no COMMIT at the end, the text is not whole.
  std::optional<std::string> finish();

private:
  void header_line(std::string_view line, std::string &out);

  int server_version_;
  bool in_header_ = true;
  std::string held_; // from the last line that reads COMMIT; on, or of an unfinished line
};

} // namespace migrator::database::postgresql
