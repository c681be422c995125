// How long the texts and lists of a Migration may be: the same numbers as maxLength and maxItems in crds/migrations.yaml, so that what
// the operator writes is never refused. Pure.
#pragma once

#include <cstddef>

namespace controller::api {

inline constexpr std::size_t kLargestStatus = 32'768; // bytes of JSON

inline constexpr std::size_t kLongestName = 253;    // names of objects, values of annotations that ask for something
inline constexpr std::size_t kLongestRevision = 64; // ids have at most 32 characters; what an unknown tool stored may have more
inline constexpr std::size_t kLongestTarget = 512;
inline constexpr std::size_t kLongestImage = 512;
inline constexpr std::size_t kLongestPath = 512;
inline constexpr std::size_t kLongestHash = 128; // plan hashes, checksums, digests
inline constexpr std::size_t kLongestWord = 64;  // outcomes, reasons, codes, kinds
inline constexpr std::size_t kLongestFinding = 512;
inline constexpr std::size_t kLongestStatement = 4'096;
inline constexpr std::size_t kLongestText = 1'024; // messages for people

inline constexpr std::size_t kMostHeads = 100;
inline constexpr std::size_t kMostApplied = 100;
inline constexpr std::size_t kMostImages = 20;
inline constexpr std::size_t kMostSteps = 100;
inline constexpr std::size_t kMostKinds = 20;
inline constexpr std::size_t kMostFindings = 50;
inline constexpr std::size_t kMostStatements = 100;
inline constexpr std::size_t kMostRuns = 10;

} // namespace controller::api
