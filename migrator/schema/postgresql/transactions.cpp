// See transactions.h.
#include "migrator/schema/postgresql/transactions.h"

#include "migrator/schema/postgresql/existing.h"

namespace migrator::schema::postgresql {

std::vector<Piece> in_transactions(std::vector<Piece> all) {
  std::vector<Piece> pieces;
  bool said = false;
  int statements = 0;
  for (Piece &piece : all) {
    const bool makes =
        piece.sql.rfind("CREATE OR REPLACE FUNCTION", 0) == 0 || piece.sql.rfind("CREATE OR REPLACE PROCEDURE", 0) == 0;
    if (piece.place == Piece::Place::Transaction && statements == kLongestTransaction) {
      pieces.push_back(
          outside("", "a transaction ends here, for one alone would need more locks than most servers have room for"));
      statements = 0;
      said = false;
    }
    if (piece.place == Piece::Place::Transaction) {
      ++statements;
    } else {
      statements = 0;
      said = false;
    }
    if (makes && !said) {
      pieces.push_back(in_transaction("SET LOCAL check_function_bodies = off"));
      said = true;
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

} // namespace migrator::schema::postgresql
