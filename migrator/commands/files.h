// The verbs' own door to the file system: a revision's text, and new files that never take another's place.
#pragma once

#include <string>
#include <string_view>

#include "migrator/error/error.h"

namespace migrator::commands {

// The whole file as it is. InvalidRevisionFile (file set): it cannot be read.
Result<std::string> read_text(const std::string &path);

// Writes the file whole or not at all: under another name beside it, synced, then moved to `path`. Its folder must be there.
// FileExists: something of that name is there, and is left as it is. NotWritable: the file system refuses.
Status write_new_file(const std::string &path, std::string_view text);

// The same, but takes the place of what is there. NotWritable: the file system refuses.
Status replace_file(const std::string &path, std::string_view text);

// Makes the folder and those above it; one that is there already is fine. NotWritable: it cannot be made.
Status make_folder(const std::string &path);

// Whether something of that name is there.
bool exists(const std::string &path);

// Whether the folder is there and holds something.
bool holds_something(const std::string &folder);

} // namespace migrator::commands
