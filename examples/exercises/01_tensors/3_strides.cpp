// Exercise 01.3. How far apart neighbours stand.               Page: docs/01-tensors.md
//
// In a tensor whose last axis varies fastest, a step along an axis skips a fixed number of values in memory: the stride
// of that axis. Return the strides of a shape of any length. Those of [N, H, W, C] are H W C, W C, C and 1.

#include <cstdint>
#include <vector>

std::vector<int64_t> strides(const std::vector<int64_t>& shape) {
  // Your code.
  return {};
}
