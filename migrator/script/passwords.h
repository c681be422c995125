// Takes passwords out of what is shown: of what a server says about a statement, and of SQL that leaves the machine in a report. Pure.
#pragma once

#include <string>
#include <string_view>

namespace migrator::script {

// `text` with what follows PASSWORD in `sql` or in itself, and password=… in itself, as ***.
std::string without_passwords(std::string_view text, std::string_view sql);

} // namespace migrator::script
