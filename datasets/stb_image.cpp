#include "datasets/stb_image.h"

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "core/check.h"
#include "datasets/jpeg_tables.h"

namespace {

constexpr size_t kMostWorkingBytes = size_t{64} << 20;
constexpr size_t kHeader = alignof(std::max_align_t);  // before each block stands its size
thread_local size_t working_bytes = 0;

void* limited_realloc(void* block, size_t size) {
  char* old = block == nullptr ? nullptr : static_cast<char*>(block) - kHeader;
  const size_t old_size = old == nullptr ? 0 : *reinterpret_cast<size_t*>(old);
  if (size > kMostWorkingBytes - (working_bytes - old_size)) return nullptr;
  char* fresh = static_cast<char*>(std::realloc(old, kHeader + size));
  if (fresh == nullptr) return nullptr;
  *reinterpret_cast<size_t*>(fresh) = size;
  working_bytes += size - old_size;
  return fresh + kHeader;
}

void* limited_malloc(size_t size) { return limited_realloc(nullptr, size); }

void limited_free(void* block) {
  if (block == nullptr) return;
  char* start = static_cast<char*>(block) - kHeader;
  working_bytes -= *reinterpret_cast<size_t*>(start);
  std::free(start);
}

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_FAILURE_USERMSG
#define STBI_MAX_DIMENSIONS 4096
#define STBI_MALLOC(size) limited_malloc(size)
#define STBI_REALLOC(block, size) limited_realloc(block, size)
#define STBI_FREE(block) limited_free(block)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace onefold {

namespace {

constexpr int64_t kMostPixels = int64_t{1} << 22;

/// Deflate shrinks at most 1,032-fold and a pixel is at least one bit; JPEG needs more. A file that claims more pixels
/// a byte than that is broken or hostile, and is refused before any memory is taken.
constexpr int64_t kMostPixelsOfByte = 8 * 1032;

constexpr const char* kRemedy = ": convert it to PNG or JPEG again, or remove it";

}  // namespace

DecodedImage decode_image(const std::string& name, const std::vector<uint8_t>& bytes) {
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  check(bytes.size() <= kMostWorkingBytes, name, ": has ", bytes.size(), " bytes, at most ", kMostWorkingBytes,
        " are allowed");
  check(huffman_tables_fit(bytes), name, ": cannot be decoded (a Huffman table has more codes than bytes)", kRemedy);
  // First ask, then say why not: the arguments of one call are evaluated in any order.
  const bool is_image = stbi_info_from_memory(bytes.data(), size, &width, &height, &channels) != 0;
  check(is_image, name, ": no PNG or JPEG image (", is_image ? "" : stbi_failure_reason(), ")", kRemedy);
  check(width <= STBI_MAX_DIMENSIONS && height <= STBI_MAX_DIMENSIONS && int64_t{width} * height <= kMostPixels, name,
        ": has ", width, " x ", height, " pixels, at most ", STBI_MAX_DIMENSIONS, " a side and ", kMostPixels,
        " in all are allowed: make it smaller");
  check(int64_t{width} * height <= kMostPixelsOfByte * size, name, ": claims ", width, " x ", height, " pixels in ",
        size, " bytes, which cannot be", kRemedy);

  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 3), stbi_image_free);
  check(pixels != nullptr, name, ": cannot be decoded (", pixels ? "" : stbi_failure_reason(), ")", kRemedy);
  return {height, width, {pixels.get(), pixels.get() + int64_t{width} * height * 3}};
}

}  // namespace onefold
