// Lesson 11. From seven loops to twice the peak: one layer computed in seven ways, and what each step gains.
//
// Command: build/examples/11_the_ladder
//          build/examples/11_the_ladder FILE.svg also draws the ladder
// Page:    docs/11-the-ladder.md
//
// Expected output (a few seconds; nothing else should run meanwhile):
//   1. This machine
//   ...
//   2. The ladder: convolution, batch norm and ReLU on 64 images of 32x32, 64 -> 64 channels
//   ...
//   3. A block of three branches, in evaluation: where the time goes once multiplying is cheap
//   ...

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "core/conv/conv2d.h"
#include "core/conv/im2col.h"
#include "core/files/atomic_file.h"
#include "core/ops/elementwise.h"
#include "core/ops/norm_sum.h"
#include "core/parallel.h"
#include "core/random.h"
#include "examples/cli/best_seconds.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/cli/format.h"
#include "examples/cli/peak.h"
#include "examples/pictures/speed_chart.h"
#include "onefold/version.h"

using namespace onefold;

namespace {

// [layer]
constexpr int64_t N = 64, H = 32, W = 32, C = 64, K = 64;
constexpr int64_t kFewImages = 2;  // for versions that are too slow for all N
constexpr Real kEps = Real(1e-5);

/// A layer in evaluation mode: y = relu(batch_norm(conv2d(x, w))).
struct Layer {
  Tensor w;  // [R, S, C, K]
  ChannelStatistics statistics;
  Tensor gamma, beta;  // [K]
};
// [/layer]

Layer make_layer(int64_t kernel, uint64_t stream) {
  const Random random(/*seed=*/11, stream);
  return {.w = random_normal({kernel, kernel, C, K}, random, std::sqrt(2.0 / static_cast<double>(kernel * kernel * C))),
          .statistics = {.mean = random_uniform({K}, Random(12, stream), -1, 1),
                         .variance = random_uniform({K}, Random(13, stream), 0.5, 2)},
          .gamma = random_uniform({K}, Random(14, stream), 0.5, 2),
          .beta = random_uniform({K}, Random(15, stream), -1, 1)};
}

// [passes]
/// What a framework does that only has single ops: batch norm and ReLU each take a pass over memory.
Tensor normalise_and_cut(const Tensor& y, const Layer& layer) {
  return relu_forward(batch_norm_forward(y, layer.statistics, layer.gamma, layer.beta, kEps));
}
// [/passes]

Tensor convolve(ConvAlgorithm algorithm, const Tensor& x, const Tensor& w) {
  Conv2dArgs args = conv2d_args(/*stride=*/1, /*padding=*/1);
  args.algorithm = algorithm;
  return conv2d(x, w, args);
}

// [two-orders]
/// A row of y = columns w by definition, i-j-k: each element is a sum, for which w is read down a column.
void row_by_elements(const Real* columns, const Real* w, int64_t D, Real* y) {
  for (int64_t k = 0; k < K; ++k) {
    Real sum = 0;
    for (int64_t d = 0; d < D; ++d) sum += columns[d] * w[d * K + k];
    y[k] = sum;
  }
}

/// The same with the inner loops exchanged, i-k-j: w is read along its rows, a vector of elements grows at once.
void row_by_rows(const Real* columns, const Real* w, int64_t D, Real* y) {
  std::fill_n(y, K, Real{0});
  for (int64_t d = 0; d < D; ++d)
    for (int64_t k = 0; k < K; ++k) y[k] += columns[d] * w[d * K + k];
}
// [/two-orders]

// [im2col-rows]
/// Windows as rows, then the matrix product, one row after the other.
template <class RowProduct>
Tensor by_im2col(const Tensor& x, const Tensor& w, const RowProduct& multiply) {
  const int64_t pixels = x.shape().rows(), D = w.shape().rows();
  const ConvGeometry geometry(x.shape(), w.shape(), conv2d_args(/*stride=*/1, /*padding=*/1));
  Tensor columns({pixels, D}), y({x.shape()[0], H, W, K});
  parallel_for(pixels, /*grain=*/W, [&](int64_t begin, int64_t end) {
    im2col(geometry, x, /*first_channel=*/0, begin, end, columns.data() + begin * D);
    for (int64_t i = begin; i < end; ++i) multiply(columns.data() + i * D, w.data(), D, y.data() + i * K);
  });
  return y;
}
// [/im2col-rows]

// [fold]
/// A batch norm in evaluation mode is y = t x + shift. Multiplied into the kernel, it is free; branches add up.
void fold_into(const Layer& layer, Tensor& kernel, Tensor& bias) {
  const int64_t taps = layer.w.shape()[0] * layer.w.shape()[1];
  const int64_t first = taps == 1 ? 4 : 0;  // a 1x1 kernel is the centre of a 3x3
  for (int64_t k = 0; k < K; ++k) {
    const Real t = layer.gamma[k] / std::sqrt(layer.statistics.variance[k] + kEps);
    for (int64_t i = 0; i < taps * C; ++i) kernel[(first * C + i) * K + k] += t * layer.w[i * K + k];
    bias[k] += layer.beta[k] - t * layer.statistics.mean[k];
  }
}
// [/fold]

struct Rung {
  const char* name;
  int64_t images;
  std::function<Tensor(const Tensor& x)> run;
};

std::vector<Rung> rungs(const Layer& layer) {
  Tensor folded = Tensor::zeros(layer.w.shape()), bias = Tensor::zeros({K});
  fold_into(layer, folded, bias);
  const auto by = [layer](ConvAlgorithm algorithm) {
    return [=](const Tensor& x) { return normalise_and_cut(convolve(algorithm, x, layer.w), layer); };
  };
  const auto by_rows = [layer](const auto& multiply) {
    return [=](const Tensor& x) { return normalise_and_cut(by_im2col(x, layer.w, multiply), layer); };
  };
  // [rungs]
  return {{"seven loops", kFewImages, by(ConvAlgorithm::naive)},
          {"im2col, product i-j-k", kFewImages, by_rows(row_by_elements)},
          {"im2col, product i-k-j", kFewImages, by_rows(row_by_rows)},
          {"im2col, blocked product", N, by(ConvAlgorithm::im2col)},
          {"Winograd F(2x2,3x3)", N, by(ConvAlgorithm::winograd2)},
          {"Winograd F(4x4,3x3)", N, by(ConvAlgorithm::winograd4)},
          {"norm, bias, ReLU fused", N,
           [=](const Tensor& x) { return conv2d(x, folded, conv2d_args(1, 1), bias, Activation::relu); }}};
  // [/rungs]
}

/// The first images of a batch.
Tensor first_images(const Tensor& x, int64_t count) {
  Tensor first({count, x.shape()[1], x.shape()[2], x.shape()[3]});
  std::copy_n(x.data(), first.size(), first.data());
  return first;
}

void climb(double peak, SpeedChart& chart) {
  std::printf("\n2. The ladder: convolution, batch norm and ReLU on %d images of %dx%d, %d -> %d channels\n",
              static_cast<int>(N), static_cast<int>(H), static_cast<int>(W), static_cast<int>(C), static_cast<int>(K));
  const Tensor x = random_normal({N, H, W, C}, Random(/*seed=*/11, /*stream=*/0));
  const double operations = 2.0 * H * W * C * K * 9;  // of the convolution only, per image
  std::puts("                              ms/image   GFLOP/s   of peak   factor   error");
  Tensor reference;
  double first_seconds = 0, seconds = 0;
  for (const Rung& rung : rungs(make_layer(3, 1))) {
    const Tensor images = first_images(x, rung.images);
    Tensor y;
    const double before = seconds;
    seconds = best_seconds(10, [&] { y = rung.run(images); }) / static_cast<double>(rung.images);
    if (!reference.defined()) reference = y, first_seconds = seconds;
    const Tensor compared = first_images(y, kFewImages);
    const double error = static_cast<double>(max_abs_difference(compared, reference) / max_abs(reference));
    const double gflops = operations / seconds / 1e9;
    std::printf("   %-24s %11.4f %9.1f %9.3f %8s   %.0e   %s\n", rung.name, 1e3 * seconds, gflops, gflops / peak,
                before > 0 ? fixed(before / seconds, 2).c_str() : "", error, error < 1e-4 ? "equal" : "NOT EQUAL");
    chart.bars.push_back({rung.name, gflops});
  }
  std::printf("   all factors together: %.0f\n", first_seconds / seconds);
}

void show_a_block(double peak, double bandwidth) {
  std::puts("\n3. A block of three branches, in evaluation: where the time goes once multiplying is cheap");
  const Tensor x = random_normal({N, H, W, C}, Random(/*seed=*/11, /*stream=*/0));
  const Layer three = make_layer(3, 1), one = make_layer(1, 2);
  Layer identity = make_layer(1, 3);
  for (int64_t i = 0; i < C * K; ++i) identity.w[i] = i / K == i % K ? 1 : 0;
  Tensor kernel = Tensor::zeros(three.w.shape()), bias = Tensor::zeros({K});
  for (const Layer& layer : {three, one, identity}) fold_into(layer, kernel, bias);

  const auto norm = [](const Tensor& y, const Layer& l) {
    return batch_norm_forward(y, l.statistics, l.gamma, l.beta, kEps);
  };
  const auto branch = [](const Tensor& y, const Layer& l) { return NormBranch{y, l.statistics, l.gamma, l.beta}; };
  struct Form {
    const char* name;
    double maps, multiply_adds;  // feature maps read or written once; per pixel and pair of channels
    std::function<Tensor()> run;
  };
  // [forms]
  const Form forms[] = {
      {"op by op", 18, 10,
       [&] {
         const Tensor y3 = conv2d(x, three.w, conv2d_args(1, 1)), y1 = conv2d(x, one.w, conv2d_args(1, 0));
         return relu_forward(add(add(norm(y3, three), norm(y1, one)), norm(x, identity)));
       }},
      {"norms, sum, ReLU fused", 8, 10,
       [&] {
         const Tensor y3 = conv2d(x, three.w, conv2d_args(1, 1)), y1 = conv2d(x, one.w, conv2d_args(1, 0));
         return norm_sum_forward({branch(y3, three), branch(y1, one), branch(x, identity)}, Activation::relu, kEps);
       }},
      {"folded", 2, 9, [&] { return conv2d(x, kernel, conv2d_args(1, 1), bias, Activation::relu); }}};
  // [/forms]

  const double map_bytes = static_cast<double>(x.size()) * sizeof(Real);
  std::puts("                              multiply-adds     maps       MB       ms   ms for the bytes alone");
  Tensor reference;
  double first_seconds = 0, seconds = 0;
  for (const Form& form : forms) {
    Tensor y;
    seconds = best_seconds(10, [&] { y = form.run(); });
    if (!reference.defined()) reference = y, first_seconds = seconds;
    const double error = static_cast<double>(max_abs_difference(y, reference) / max_abs(reference));
    const double bytes = form.maps * map_bytes;
    std::printf("   %-24s %14.2f G %8.0f %8.0f %8.2f %8.2f   %s\n", form.name,
                1e-9 * form.multiply_adds * static_cast<double>(N * H * W * C * K), form.maps, bytes / 1e6,
                1e3 * seconds, 1e3 * bytes / bandwidth, error < 1e-4 ? "equal" : "NOT EQUAL");
  }
  std::printf("   folding: 1.11 times fewer multiply-adds, 9 times fewer bytes, %.1f times less time\n",
              first_seconds / seconds);
  std::printf("   at peak, the plain algorithm's multiply-adds alone would take %.2f ms\n",
              1e3 * 2 * 9 * static_cast<double>(N * H * W * C * K) / (1e9 * peak));
}

/// Bytes per second when adding two arrays that fit no cache.
double measured_bandwidth() {
  const Tensor a = Tensor::zeros({1 << 25}), b = Tensor::zeros({1 << 25});
  return 3 * static_cast<double>(a.size()) * sizeof(Real) / best_seconds(5, [&] { add(a, b); });
}

void lesson(const std::string& picture) {
  std::puts("1. This machine");
  const double peak = measured_peak_gflops(), bandwidth = measured_bandwidth();
  std::printf("   vectors of %d bits: %d values at a time\n", simd_bits(), simd_bits() / (8 * int{sizeof(Real)}));
  std::printf("   threads: %d\n", threads());
  std::printf("   peak of fused multiply-adds, measured: %.0f GFLOP/s\n", peak);
  std::printf("   memory, measured beyond all caches: %.0f GB/s\n", bandwidth / 1e9);
  std::printf("   so a value that comes from memory should be used in %.0f operations\n",
              1e9 * peak / (bandwidth / sizeof(Real)));

  SpeedChart chart{.title = "From seven loops to twice the peak: effective GFLOP/s of one layer",
                   .bars = {},
                   .mark = peak,
                   .mark_label = "peak FMA " + fixed(peak, 0)};
  climb(peak, chart);
  show_a_block(peak, bandwidth);
  if (!picture.empty()) write_file_atomically(picture, speed_chart_file(chart));
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, "FILE.svg", "draw the ladder to this file", lesson); }
