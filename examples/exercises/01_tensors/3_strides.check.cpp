#include <cstdint>

#include "examples/exercises/exercise.h"

std::vector<int64_t> strides(const std::vector<int64_t>& shape);

namespace {

onefold::exercise::Values strides_of(const std::vector<int64_t>& shape) {
  const std::vector<int64_t> got = strides(shape);
  return {got.begin(), got.end()};
}

}  // namespace

void onefold::exercise::check() {
  expect("the strides of [7]", strides_of({7}), {1},
         {{{7}, "this counts the axis itself: a step along the last axis goes to the next value"}});
  expect("the strides of [2 3 4 5]", strides_of({2, 3, 4, 5}), {60, 20, 5, 1},
         {{{1, 2, 6, 24}, "here the first axis varies fastest; it should be the last"},
          {{120, 60, 20, 5}, "this counts the axis itself: multiply the extents after it only"}});
}
