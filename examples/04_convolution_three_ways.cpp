// Lesson 4. Convolution three ways: the definition, a matrix product, and Winograd: equal results, different speeds.
//
// Command: build/examples/04_convolution_three_ways
// Page:    docs/04-convolution-three-ways.md
//
// Expected output (a few seconds, nearly all of them in the naive loops):
//   1. im2col: every window becomes a row
//   ...
//   2. Whole numbers leave no room for rounding
//   ...
//   3. A layer of a real network: 16 images of 32x32, 64 -> 64 channels
//   ...

#include <cmath>
#include <cstdio>

#include "core/conv/conv2d.h"
#include "core/conv/im2col.h"
#include "core/parallel.h"
#include "core/random.h"
#include "examples/cli/best_seconds.h"
#include "examples/cli/program.h"

using namespace onefold;

namespace {

// [definition]
/// The definition, at stride 1: each output is the sum over a window and over the input channels.
Tensor convolve(const Tensor& x, const Tensor& w, int64_t padding) {
  const int64_t N = x.shape()[0], H = x.shape()[1], W = x.shape()[2], C = x.shape()[3];
  const int64_t R = w.shape()[0], S = w.shape()[1], K = w.shape()[3];
  const int64_t P = H + 2 * padding - R + 1, Q = W + 2 * padding - S + 1;
  Tensor y = Tensor::zeros({N, P, Q, K});
  for (int64_t n = 0; n < N; ++n)
    for (int64_t p = 0; p < P; ++p)
      for (int64_t q = 0; q < Q; ++q)
        for (int64_t r = 0; r < R; ++r)
          for (int64_t s = 0; s < S; ++s) {
            const int64_t h = p + r - padding, v = q + s - padding;
            if (h < 0 || h >= H || v < 0 || v >= W) continue;  // zero beyond the edge
            for (int64_t c = 0; c < C; ++c)
              for (int64_t k = 0; k < K; ++k)
                y[((n * P + p) * Q + q) * K + k] += x[((n * H + h) * W + v) * C + c] * w[((r * S + s) * C + c) * K + k];
          }
  return y;
}
// [/definition]

void show_im2col() {
  std::puts("1. im2col: every window becomes a row");
  const Tensor x = Tensor::from({1, 3, 3, 1}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor w = Tensor::from({2, 2, 1, 1}, {1, 0, 0, 1});

  // [columns]
  const ConvGeometry geometry(x.shape(), w.shape(), conv2d_args(/*stride=*/1, /*padding=*/0));
  Tensor columns({4, 4});  // one row per output pixel, one column per element of the kernel
  im2col(geometry, x, /*first_channel=*/0, /*begin=*/0, /*end=*/4, columns.data());
  // [/columns]

  std::puts("   image      windows, one per row   kernel     products");
  const Tensor y = convolve(x, w, /*padding=*/0);
  for (int64_t i = 0; i < 4; ++i) {
    if (i < 3) std::printf("   %g %g %g      ", x[3 * i], x[3 * i + 1], x[3 * i + 2]);
    if (i == 3) std::printf("              ");
    std::printf("%g %g %g %g                %2g         %2g\n", columns[4 * i], columns[4 * i + 1], columns[4 * i + 2],
                columns[4 * i + 3], w[i], y[i]);
  }
}

constexpr ConvAlgorithm kAlgorithms[] = {ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
                                         ConvAlgorithm::winograd4};

Tensor run(ConvAlgorithm algorithm, const Tensor& x, const Tensor& w) {
  Conv2dArgs args = conv2d_args(/*stride=*/1, /*padding=*/1);
  args.algorithm = algorithm;
  return conv2d(x, w, args);
}

/// Whole numbers from `low` to `high`, times `factor`.
Tensor whole_numbers(const Shape& shape, uint64_t stream, int64_t low, int64_t high, Real factor) {
  const Random random(/*seed=*/4, stream);
  Tensor tensor(shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    tensor[i] = factor * static_cast<Real>(low + random.below(static_cast<uint64_t>(i), high - low + 1));
  }
  return tensor;
}

void compare_on_whole_numbers() {
  std::puts("\n2. Whole numbers leave no room for rounding");
  const Tensor x = whole_numbers({2, 9, 7, 16}, /*stream=*/0, -4, 4, 1);
  const Tensor w = whole_numbers({3, 3, 16, 16}, /*stream=*/1, -2, 2, 4);  // multiples of 4: F(2x2) halves them twice
  const Tensor y = convolve(x, w, /*padding=*/1);
  for (const ConvAlgorithm algorithm : kAlgorithms) {
    const Real difference = max_abs_difference(run(algorithm, x, w), y);
    std::printf("   %-21s maximum difference from the definition: %s\n", name(algorithm),
                difference == 0           ? "0"
                : difference < Real(0.01) ? "below 0.01"
                                          : "TOO LARGE");
  }
}

void race() {
  const int64_t N = 16, H = 32, W = 32, C = 64, K = 64, R = 3, S = 3;
  std::puts("\n3. A layer of a real network: 16 images of 32x32, 64 -> 64 channels");
  const Tensor x = random_normal({N, H, W, C}, Random(/*seed=*/4, /*stream=*/2));
  const Tensor w = random_normal({R, S, C, K}, Random(/*seed=*/4, /*stream=*/3), std::sqrt(2.0 / (R * S * C)));

  // A multiplication and an addition per tap; Winograd is credited with the same number, though it needs fewer.
  const double operations = 2.0 * N * H * W * C * K * R * S;
  std::puts("                              ms   GFLOP/s   error");
  const Tensor defined = convolve(x, w, /*padding=*/1);
  const auto time = [&](const char* name, int repeats, const auto& convolution) {
    Tensor y;
    const double seconds = best_seconds(repeats, [&] { y = convolution(); });
    const double error = static_cast<double>(max_abs_difference(y, defined) / max_abs(defined));
    std::printf("   %-21s %8.2f  %8.1f   %.0e\n", name, 1e3 * seconds, operations / seconds / 1e9, error);
  };
  time("definition", 3, [&] { return convolve(x, w, /*padding=*/1); });
  for (const ConvAlgorithm algorithm : kAlgorithms) {
    time(name(algorithm), algorithm == ConvAlgorithm::naive ? 1 : 10, [&] { return run(algorithm, x, w); });
  }
  std::printf("   threads: %d, but 1 for the definition\n", threads());
}

void lesson() {
  show_im2col();
  compare_on_whole_numbers();
  race();
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
