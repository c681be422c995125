// SqliteRenderer: see schema/render.h.
#pragma once

#include "migrator/schema/render.h"

namespace migrator::schema::sqlite {

class SqliteRenderer final : public Renderer {
public:
  Result<Rendered> render(const Schema &from, const Schema &to, const RenderOptions &options) const override;
  std::vector<Piece> rename(const std::vector<Rename> &renames) const override;
  Schema beside_renames(const std::vector<Rename> &renames, const Schema &ours, const Schema &all) const override;
};

} // namespace migrator::schema::sqlite
