#include "migrator/schema/renaming.h"

#include <utility>

namespace migrator::schema {

namespace {

void append(std::vector<Piece> &pieces, std::vector<Piece> more) {
  for (Piece &piece : more) pieces.push_back(std::move(piece));
}

// Columns by their tables' old names first, then tables: so each finds what it names, whatever the order within them.
std::vector<Piece> rename_pieces(const Renderer &renderer, const std::vector<Rename> &renames) {
  std::vector<Piece> pieces;
  for (const bool columns : {true, false}) {
    std::vector<Rename> some;
    for (const Rename &rename : renames)
      if ((rename.from.kind == Kind::Column) == columns) some.push_back(rename);
    if (!some.empty()) append(pieces, renderer.rename(some));
  }
  return pieces;
}

std::vector<Piece> rename_back(const Renderer &renderer, const std::vector<Rename> &renames) {
  std::vector<Piece> pieces;
  for (const bool columns : {false, true}) {
    std::vector<Rename> some;
    for (const Rename &rename : renames) {
      if ((rename.from.kind == Kind::Column) != columns) continue;
      some.push_back({rename.from, rename.from.name});
      some.back().from.name = rename.to;
    }
    if (!some.empty()) append(pieces, renderer.rename(some));
  }
  return pieces;
}

} // namespace

Result<Renaming> renaming(const Renderer &renderer, const std::vector<Rename> &renames, const Schema &ours, const Schema &all) {
  const Schema beside = renderer.beside_renames(renames, ours, all);
  Renaming made;
  made.clears = beside.objects.size() != ours.objects.size();
  made.down = rename_back(renderer, renames);
  if (made.clears) {
    Result<Rendered> clear = renderer.render(ours, beside, {});
    if (!clear) return fail(clear.error());
    Result<Rendered> again = renderer.render(beside, ours, {});
    if (!again) return fail(again.error());
    made.up = std::move(clear->pieces);
    append(made.down, std::move(again->pieces));
  }
  append(made.up, rename_pieces(renderer, renames));
  return made;
}

} // namespace migrator::schema
