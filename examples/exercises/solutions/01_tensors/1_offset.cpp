#include <cstdint>

int64_t offset(int64_t n, int64_t h, int64_t w, int64_t c, int64_t height, int64_t width, int64_t channels) {
  return ((n * height + h) * width + w) * channels + c;
}
