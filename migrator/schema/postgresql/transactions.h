// What is done to the finished list of statements, wherever its transactions begin and end. Pure.
#pragma once

#include <vector>

#include "migrator/schema/render.h"

namespace migrator::schema::postgresql {

// A server has room for only so many locks in one transaction: one of more statements than this is ended in between.
constexpr int kLongestTransaction = 500;

// Functions may speak of what comes after them: each transaction that makes some tells the server not to read their texts. A piece Outside without SQL
// ends a long transaction.
std::vector<Piece> in_transactions(std::vector<Piece> pieces);

} // namespace migrator::schema::postgresql
