#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace onefold {

/// Thrown for bad input. The message says what was got, what was expected and what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error with the parts joined as text: `fail("conv2d: stride ", s, " must be at least 1")`.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

/// Throws Error with the parts joined as text unless `condition` holds. Call it outside parallel regions.
template <class... Parts>
void check(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]]
    fail(parts...);
}

}  // namespace onefold
