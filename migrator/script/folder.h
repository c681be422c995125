// Reads the revision files of migrations folders: the one door of this module to the file system. The parser says what is in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "migrator/error/error.h"
#include "migrator/script/script.h"

namespace migrator::script {

enum class LoadDepth : std::uint8_t {
  Headers, // no sections: enough for the graph
  Full,
};

// All `*.sql` files of the folders (not of folders inside them; names that begin with a dot are left out), folder by folder as given, in each by name in the order of
// bytes. A script's path is the folder as given, a slash and the file's name. Files of other names are none of our business.
// InvalidConfiguration: a folder that is not there or cannot be read. InvalidRevisionFile: a file that cannot be read, is no regular file, is too large or breaks the
// format; the first one's error, its message ending with the number of further broken files, `subject` naming them all.
Result<std::vector<Script>> load(const std::vector<std::string> &folders, LoadDepth depth);

} // namespace migrator::script
