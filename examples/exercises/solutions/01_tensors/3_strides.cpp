#include <cstdint>
#include <vector>

std::vector<int64_t> strides(const std::vector<int64_t>& shape) {
  std::vector<int64_t> result(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    result[axis] = stride;
    stride *= shape[axis];
  }
  return result;
}
