#include "core/annex/conv/depthwise_tiles.h"

namespace onefold {

namespace {

/// Copies `pixels` pixels of a row, `step` elements apart, vector by vector, to vectors `plane` elements apart.
void copy_run(const Real* from, int64_t step, int64_t pixels, const ImageChannels& image, Real* to, int64_t plane) {
  const int64_t whole = image.stride == 1 ? image.count / kLanes : 0, rest = image.count - whole * kLanes;
  for (int64_t j = 0; j < pixels; ++j, from += step, to += kLanes) {
    for (int64_t i = 0; i < whole; ++i) store(to + i * plane, load(from + i * kLanes));
    for (int64_t c = 0; c < rest; c += kLanes) {
      copy_lanes(from + whole * kLanes + c * image.stride, std::min(kLanes, rest - c), image.stride,
                 to + (whole + c / kLanes) * plane);
    }
  }
}

void clear_run(int64_t pixels, const ImageChannels& image, Real* to, int64_t plane) {
  for (int64_t c = 0; c < image.count; c += kLanes, to += plane) std::fill_n(to, pixels * kLanes, Real{0});
}

}  // namespace

void copy_padded(const ImageChannels& image, int64_t begin, int64_t end, const SplitColumns& columns, Real* to) {
  const int64_t part = columns.part(), split = columns.split, plane = (end - begin) * columns.length() * kLanes;
  for (int64_t h = begin; h < end; ++h) {
    const bool beyond = h < 0 || h >= image.H;
    const Real* const row = image.data + h * image.W * image.channels;
    for (int64_t i = 0; i < split; ++i, to += part * kLanes) {
      // Columns first + i + j split with j in [left, right) are inside the image.
      const int64_t first = columns.first + i;
      const int64_t left = beyond ? part : std::clamp<int64_t>((split - 1 - first) / split, 0, part);
      const int64_t right = beyond ? part : std::clamp<int64_t>((image.W - first + split - 1) / split, left, part);
      clear_run(left, image, to, plane);
      copy_run(row + (first + left * split) * image.channels, split * image.channels, right - left, image,
               to + left * kLanes, plane);
      clear_run(part - right, image, to + right * kLanes, plane);
    }
  }
}

}  // namespace onefold
