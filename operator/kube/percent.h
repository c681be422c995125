// Percent-encoding of what goes into a request's path and query (RFC 3986: all but unreserved characters). Pure.
#pragma once

#include <string>
#include <string_view>

namespace controller::kube {

std::string percent_encoded(std::string_view text);

// "a=1&b=x%2Cy" of what was added, in that order; a pair without a value is left out.
class Query {
public:
  Query &add(std::string_view name, std::string_view value);
  const std::string &text() const noexcept { return text_; }

private:
  std::string text_;
};

} // namespace controller::kube
