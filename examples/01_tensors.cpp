// Lesson 1. Tensors: a row of values, and a shape that says how to read it.
//
// Command: build/examples/01_tensors
// Page:    docs/01-tensors.md
//
// Expected output (at once):
//   1. A tensor is a row of values and a shape
//   ...
//   memory  000 001 010 011 020 021 100 101 110 111 120 121   (each value spells its row, column, channel)
//   ...
//   maximum difference from conv2d: 0
//   ...
//   clone     no
//   ...
//   the same buffer again: yes
//   ...

#include <cstdio>
#include <functional>

#include "core/check.h"
#include "core/conv/conv2d.h"
#include "core/gemm/gemm.h"
#include "core/tensor.h"
#include "examples/cli/program.h"

using namespace onefold;

namespace {

const char* yes_or_no(bool answer) { return answer ? "yes" : "no"; }

/// One image of 2 x 3 pixels and 2 channels. Each value spells its own position: 120 is row 1, column 2, channel 0.
Tensor image_of_places() {
  // [places]
  const int64_t N = 1, H = 2, W = 3, C = 2;
  Tensor x({N, H, W, C});
  for (int64_t n = 0; n < N; ++n)
    for (int64_t h = 0; h < H; ++h)
      for (int64_t w = 0; w < W; ++w)
        for (int64_t c = 0; c < C; ++c) x[((n * H + h) * W + w) * C + c] = static_cast<Real>(100 * h + 10 * w + c);
  // [/places]
  return x;
}

void shapes() {
  std::puts("1. A tensor is a row of values and a shape");
  const Tensor x = image_of_places();
  std::printf("   shape   %s: N = 1 image, H = 2 rows, W = 3 columns, C = 2 channels, %lld values\n",
              x.shape().text().c_str(), static_cast<long long>(x.size()));
  std::printf("   memory ");
  for (int64_t i = 0; i < x.size(); ++i) std::printf(" %03.0f", static_cast<double>(x[i]));
  std::puts("   (each value spells its row, column, channel)");
}

void channels_last() {
  std::puts("\n2. Channels last: the channels of a pixel are neighbours");
  const Tensor x = image_of_places();
  const Tensor w = Tensor::from({1, 1, 2, 3}, {1, 0, 2, 0, 1, -1});

  // A 1x1 convolution mixes the channels of each pixel: it is a matrix product with one row per pixel.
  // [one-by-one]
  const Tensor pixels = x.reshape({6, 2});  // [N H W, C], the same values
  const Tensor mixing = w.reshape({2, 3});  // [C, K]
  Tensor product({6, 3});                   // [N H W, K]
  gemm({pixels.data(), 6, 2, 2}, {mixing.data(), 2, 3, 3}, product.data(), 3);
  // [/one-by-one]

  const Tensor y = conv2d(x, w, conv2d_args(/*stride=*/1, /*padding=*/0));
  std::printf("   a 1x1 convolution  %s -> %s\n", x.shape().text().c_str(), y.shape().text().c_str());
  std::printf("   is the product     %s times %s\n", pixels.shape().text().c_str(), mixing.shape().text().c_str());
  std::printf("   maximum difference from conv2d: %g\n",
              static_cast<double>(max_abs_difference(product.reshape(y.shape()), y)));
}

void sharing() {
  std::puts("\n3. A tensor is a handle: who shares the buffer of x?");
  const Tensor x = image_of_places();
  // [sharing]
  const Tensor copy = x;
  const Tensor reshaped = x.reshape({6, 2});
  const Tensor clone = x.clone();
  // [/sharing]
  std::printf("   copy      %s\n", yes_or_no(copy.data() == x.data()));
  std::printf("   reshape   %s\n", yes_or_no(reshaped.data() == x.data()));
  std::printf("   clone     %s\n", yes_or_no(clone.data() == x.data()));
}

void print_usage(const char* when) {
  constexpr double kMiB = 1 << 20;
  const MemoryUsage usage = memory_usage();
  std::printf("   %-28s %6.1f %6.1f %8.1f\n", when, static_cast<double>(usage.live) / kMiB,
              static_cast<double>(usage.peak) / kMiB, static_cast<double>(usage.pooled) / kMiB);
}

void the_pool() {
  std::puts("\n4. Buffers come from a pool, and return to it (in MiB)");
  release_pooled_memory();
  reset_peak_memory();
  std::puts("                                  live   peak   pooled");
  print_usage("before");

  // [pool]
  const int64_t numbers = (8 << 20) / static_cast<int64_t>(sizeof(Real));  // 8 MiB
  const Real* first_address = nullptr;
  {
    const Tensor map({numbers});
    first_address = map.data();
    print_usage("a map of 8 MiB lives");
  }
  print_usage("it is gone");
  const Tensor next({numbers});
  print_usage("another of the same size");
  // [/pool]
  std::printf("   the same buffer again: %s\n", yes_or_no(next.data() == first_address));
}

void print_error_of(const std::function<void()>& mistake) {
  try {
    mistake();
    std::puts("   no error");
  } catch (const Error& error) {
    std::printf("   %s\n", error.what());
  }
}

void errors() {
  std::puts("\n5. An error says what was got and what was needed");
  const Tensor x = image_of_places();
  print_error_of([&] { x.reshape({5, 5}); });
  print_error_of([&] { x.item(); });
  print_error_of([&] { conv2d(x, Tensor::zeros({3, 3, 4, 8}), conv2d_args(/*stride=*/1, /*padding=*/1)); });
}

void lesson() {
  shapes();
  channels_last();
  sharing();
  the_pool();
  errors();
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
