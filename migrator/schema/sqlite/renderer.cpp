#include "migrator/schema/sqlite/renderer.h"

namespace migrator::schema::sqlite {

Result<Rendered> SqliteRenderer::render(const Schema &, const Schema &, const RenderOptions &) const {
  return fail(ErrorCode::Internal, "not built");
}

std::vector<Piece> SqliteRenderer::rename(const std::vector<Rename> &) const {
  return {};
}

} // namespace migrator::schema::sqlite
