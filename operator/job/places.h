// Where things are in the runner's container, and the names that the operator keeps to itself there. Pure.
#pragma once

#include <string_view>

namespace controller::job {

inline constexpr std::string_view kContainer = "migrator";

inline constexpr std::string_view kMigrations = "/migrations";
inline constexpr std::string_view kBackups = "/backups";
inline constexpr std::string_view kData = "/data"; // the volume of a SQLite database
inline constexpr std::string_view kTemporary = "/tmp";
inline constexpr std::string_view kTls = "/etc/migrator/tls";
inline constexpr std::string_view kReport = "/dev/termination-log";

// Volumes of the operator's begin with this.
inline constexpr std::string_view kVolumePrefix = "migrator-";

inline constexpr int kUser = 10001; // and group

} // namespace controller::job
