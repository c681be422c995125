// SQLite's keywords, by which the words of a view or trigger that name something are told from the others. Pure.
#pragma once

#include <set>
#include <string>

#include "migrator/schema/sqlite/words.h"

namespace migrator::schema::sqlite {

// A plain word of sqlite.org/lang_keywords.html. Some of them may also be names.
bool is_keyword(const Word &word);

// Folded: the names that a text gives itself: what follows AS, an alias without AS, and a view's or WITH's own name and columns.
std::set<std::string> declared_names(const Words &all);

} // namespace migrator::schema::sqlite
