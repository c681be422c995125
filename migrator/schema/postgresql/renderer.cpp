#include "migrator/schema/postgresql/renderer.h"

namespace migrator::schema::postgresql {

Result<Rendered> PostgresqlRenderer::render(const Schema &, const Schema &, const RenderOptions &) const {
  return fail(ErrorCode::Internal, "not built");
}

std::vector<Piece> PostgresqlRenderer::rename(const std::vector<Rename> &) const {
  return {};
}

} // namespace migrator::schema::postgresql
