// Lesson 18. Fewer bits: what one image at a time has to read, and what numbers of 8 bits of mantissa do to a sum, to
// Winograd and to a training.
//
// Page:    docs/18-fewer-bits.md
// Command: build/examples/18_fewer_bits
//          build/examples/18_fewer_bits FILE.svg also draws the sums and the training
//
// Expected output (half a minute on two cores; times of the training go to stderr):
//   1. One image against many: 3x3 convolutions, times in us per image
//   ...
//   2. Numbers of 8 bits, and sums of them
//   ...
//   3. Largest errors of convolutions in bfloat16, in units of 2^-8 S
//   ...
//   4. One training in two precisions
//   ...

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/conv/conv2d.h"
#include "core/files/atomic_file.h"
#include "core/gemm/gemm.h"
#include "core/parallel.h"
#include "core/random.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "examples/cli/best_seconds.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/cli/format.h"
#include "examples/cli/peak.h"
#include "examples/pictures/line_chart.h"
#include "examples/pictures/picture_file.h"
#include "examples/training/evaluation.h"
#include "examples/training/trainer.h"
#include "layers/models/repvgg.h"

using namespace onefold;

namespace {

struct Recipe {
  int64_t train_images = 3000, test_images = 1000;
  int64_t epochs = 4, batch_size = 50;
  double learning_rate = 0.2, weight_decay = 5e-4;  // of SGD, as in lesson 9
  uint64_t seed = 1;                                // of images, weights and order
};
const Recipe kRecipe;
constexpr int64_t kMean = 20;  // steps over which a loss is averaged

constexpr ConvAlgorithm kWays[] = {ConvAlgorithm::im2col, ConvAlgorithm::winograd2, ConvAlgorithm::winograd4};
constexpr const char* kWayNames[] = {"im2col", "F(2x2,3x3)", "F(4x4,3x3)"};
constexpr int kSides[] = {1, 2, 4};  // of a tile's outputs: im2col does one output at a time

struct Layer {
  int64_t batch, side, channels;

  Shape images() const { return {batch, side, side, channels}; }
  Shape weights() const { return {3, 3, channels, channels}; }
};

// [work]
/// What a 3x3 convolution at stride 1 does with tiles of M x M outputs.
struct Work {
  double weights;  // read: (M + 2)^2 for each pair of channels
  double uses;     // of each: once per tile

  double multiply_adds() const { return weights * uses; }
};

Work count_work(const Layer& layer, int M) {
  const auto pairs = static_cast<double>(layer.channels * layer.channels);
  const auto tiles = static_cast<double>(layer.batch * (layer.side / M) * (layer.side / M));
  return {(M + 2) * (M + 2) * pairs, tiles};
}
// [/work]

/// Seconds in which all threads together read so many numbers, again and again: from the cache that holds them.
double seconds_to_read(double numbers) {
  constexpr int64_t kRow = 64;  // sums side by side, of which none waits for another
  const Tensor x = Tensor::zeros({static_cast<int64_t>(numbers) / kRow, kRow});
  const int64_t rows = x.shape()[0], share = (rows + threads() - 1) / threads();
  Tensor sums = Tensor::zeros({threads(), kRow});
  return best_seconds(200, [&] {
    parallel_for(rows, share, [&](int64_t begin, int64_t end) {
      Real sum[kRow] = {};
      for (int64_t row = begin; row < end; ++row) {
        for (int64_t i = 0; i < kRow; ++i) sum[i] += x[row * kRow + i];
      }
      for (int64_t i = 0; i < kRow; ++i) sums[begin / share * kRow + i] = sum[i];
    });
  });
}

Tensor convolve(const Tensor& x, const Tensor& w, ConvAlgorithm way, Precision precision, PackedWeights* packed) {
  const ProductsIn products(precision);
  Conv2dArgs args = conv2d_args(/*stride=*/1, /*padding=*/1);
  args.algorithm = way;
  return conv2d(x, w, args, {}, Activation::none, packed);
}

double seconds_to_convolve(const Layer& layer, ConvAlgorithm way, Precision precision) {
  const Tensor x = random_normal(layer.images(), Random(18, 0)), w = random_normal(layer.weights(), Random(18, 1));
  PackedWeights packed;  // transformed and packed by the first run, as in a network that answers again and again
  return best_seconds(layer.batch == 1 ? 400 : 12, [&] { convolve(x, w, way, precision, &packed); });
}

void show_one_against_many() {
  std::puts("1. One image against many: 3x3 convolutions, times in us per image");
  const double peak = 1e9 * measured_peak_gflops();
  for (const Layer& layer : {Layer{1, 8, 192}, {128, 8, 192}, {1, 16, 64}, {128, 16, 64}}) {
    const ConvAlgorithm choice = choose_algorithm({layer.images(), layer.weights(), conv2d_args(1, 1)});
    std::printf("%s   %d channels at %dx%d, batch %d; the library takes %s\n", layer.batch > 1 ? "" : "\n",
                static_cast<int>(layer.channels), static_cast<int>(layer.side), static_cast<int>(layer.side),
                static_cast<int>(layer.batch), name(choice));
    std::puts("                weights   MB in float   each used   to read   to multiply     float   bfloat16");
    for (size_t i = 0; i < std::size(kWays); ++i) {
      const Work work = count_work(layer, kSides[i]);
      const double per_image = 1e6 / static_cast<double>(layer.batch);
      std::printf("   %-10s %7.0f k %13.2f %10.0f x %9.1f %13.1f %9.1f %10.1f\n", kWayNames[i], work.weights / 1e3,
                  4 * work.weights / 1e6, work.uses, per_image * seconds_to_read(work.weights),
                  per_image * 2 * work.multiply_adds() / peak,
                  per_image * seconds_to_convolve(layer, kWays[i], Precision::real),
                  per_image * seconds_to_convolve(layer, kWays[i], Precision::bf16));
    }
  }
}

// [round]
/// The nearest bfloat16: the upper half of a float, rounded, ties to even.
float to_bf16(double value) {
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  return std::bit_cast<float>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
}
// [/round]

// [sums]
/// The sums of the first 1, 2, 3 ... numbers, each rounded to bfloat16, in an accumulator of this precision.
std::vector<double> running_sums(const std::vector<double>& numbers, Precision accumulator) {
  std::vector<double> sums;
  float sum = 0;
  for (const double number : numbers) {
    sum += to_bf16(number);
    if (accumulator == Precision::bf16) sum = to_bf16(sum);
    sums.push_back(sum);
  }
  return sums;
}
// [/sums]

std::vector<double> uniform_numbers(int64_t count) {
  std::vector<double> numbers;
  for (int64_t i = 0; i < count; ++i) numbers.push_back(Random(18, 2).uniform(static_cast<uint64_t>(i)));
  return numbers;
}

void show_sums() {
  std::puts("\n2. Numbers of 8 bits, and sums of them");
  for (const double number : {1.0, 255.0, 257.0, 0.1, 3.14159265}) {
    std::printf("   %-10g is %-12.10g in bfloat16\n", number, double{to_bf16(number)});
  }
  constexpr int64_t kMost = 4096;
  const std::vector<double> ones(kMost, 1.0), uniform = uniform_numbers(kMost);
  const auto ones_float = running_sums(ones, Precision::real), ones_bf16 = running_sums(ones, Precision::bf16);
  const auto float_sums = running_sums(uniform, Precision::real), bf16_sums = running_sums(uniform, Precision::bf16);
  std::puts("\n                    ones, added up in      between 0 and 1, added up in");
  std::puts("   numbers       float     bfloat16               float     bfloat16");
  for (size_t n = 64; n <= kMost; n *= 4) {
    std::printf("   %7zu %11.0f %12.0f %19.1f %12.1f\n", n, ones_float[n - 1], ones_bf16[n - 1], float_sums[n - 1],
                bf16_sums[n - 1]);
  }
  const Tensor a = random_normal({512, 512}, Random(18, 3));
  Tensor c({512, 512});
  const auto seconds = [&](Precision precision) {
    return best_seconds(20, [&] { gemm(as_stored(a), as_stored(a), c.data(), 512, Accumulate::no, precision); });
  };
  std::printf("   a product of two matrices with 512 rows and columns takes %.2f of float's time\n",
              seconds(Precision::bf16) / seconds(Precision::real));
}

// [errors]
/// The largest error of a convolution in bfloat16, in units of 2^-8 S; S is the largest sum of |x| |w| of an output.
double largest_error(const Tensor& x, const Tensor& w, ConvAlgorithm way) {
  Tensor x_size(x.shape()), w_size(w.shape());
  for (int64_t i = 0; i < x.size(); ++i) x_size[i] = std::abs(x[i]);
  for (int64_t i = 0; i < w.size(); ++i) w_size[i] = std::abs(w[i]);
  const Tensor exact = convolve(x, w, ConvAlgorithm::naive, Precision::real, nullptr);  // 2^-24 S at worst per sum
  const Tensor S = convolve(x_size, w_size, ConvAlgorithm::naive, Precision::real, nullptr);
  const Tensor got = convolve(x, w, way, Precision::bf16, nullptr);
  return 256 * static_cast<double>(max_abs_difference(got, exact)) / static_cast<double>(max_abs(S));
}
// [/errors]

void print_errors(const Tensor& x, const Tensor& w) {
  for (const ConvAlgorithm way : kWays) std::printf(" %11.3f", largest_error(x, w, way));
  std::puts("");
}

void show_errors() {
  std::puts("\n3. Largest errors of convolutions in bfloat16, in units of 2^-8 S");
  std::puts("   input channels                im2col   F(2x2,3x3)   F(4x4,3x3)");
  for (const int64_t channels : {1, 4, 16, 64, 256}) {
    const Tensor x = random_normal({1, 16, 16, channels}, Random(18, 4));
    const Tensor w = random_normal({3, 3, channels, 16}, Random(18, 5));
    std::printf("   %3d, normally distributed", static_cast<int>(channels));
    print_errors(x, w);
  }
  Tensor x({1, 16, 16, 64}), w({3, 3, 64, 16});
  for (int64_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<Real>(Random(18, 6).below(static_cast<uint64_t>(i), 21)) - 10;
  for (int64_t i = 0; i < w.size(); ++i) {
    w[i] = 4 * (static_cast<Real>(Random(18, 7).below(static_cast<uint64_t>(i), 5)) - 2);
  }
  std::printf("    64, whole numbers       ");
  print_errors(x, w);
}

struct Trained {
  std::vector<double> losses;  // means over kMean steps
  std::vector<double> accuracies;
};

Trained train(const DatasetSplits& shapes, Precision precision) {
  const ChannelNormalization normalization = channel_normalization(shapes.train);
  DataLoader batches(shapes.train, {.batch_size = kRecipe.batch_size,
                                    .shuffle = true,
                                    .normalization = normalization,
                                    .seed = kRecipe.seed,
                                    .drop_last = true});
  Initializer initializer(kRecipe.seed);
  RepVgg network(repvgg_size("tiny"), /*classes=*/10, initializer);
  Sgd optimizer(decay_groups(network, kRecipe.learning_rate, kRecipe.weight_decay),
                {.momentum = 0.9, .nesterov = true});
  const int64_t steps = kRecipe.epochs * batches.batches();
  const Schedule rate = linear_warmup_decay(steps, /*warmup=*/steps / 5, /*start=*/0.2, /*final=*/0.0);

  Trained trained;
  int64_t step = 0;
  double sum = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int64_t epoch = 0; epoch < kRecipe.epochs; ++epoch) {
    batches.start_epoch(epoch);
    while (const auto batch = batches.next()) {
      // [step]
      const ProductsIn products(precision);  // of the convolutions, there and back; all else stays in float
      const Variable loss = softmax_cross_entropy(network(Variable(batch->images)), batch->labels);
      optimizer.clear_grads();
      loss.backward();
      optimizer.step(rate(step));
      // [/step]
      sum += double{loss.value().item()};
      if (++step % kMean == 0) trained.losses.push_back(std::exchange(sum, 0) / kMean);
    }
    trained.accuracies.push_back(evaluate(network, shapes.test, normalization, 250).accuracy());  // in float
  }
  std::fprintf(stderr, "   %s: %.1f s\n", precision == Precision::bf16 ? "bfloat16" : "float",
               std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return trained;
}

void print_trainings(const Trained& in_float, const Trained& in_bf16) {
  std::puts("\n4. One training in two precisions");
  std::puts("               mean loss            test accuracy");
  std::puts("   step     float   bfloat16       float   bfloat16");
  for (size_t i = 2; i < in_float.losses.size(); i += 3) {
    std::printf("   %4d %9.3f %10.3f  %8.1f %%  %7.1f %%\n", static_cast<int>(kMean) * static_cast<int>(i + 1),
                in_float.losses[i], in_bf16.losses[i], 100 * in_float.accuracies[i / 3],
                100 * in_bf16.accuracies[i / 3]);
  }
}

Series series(const std::string& name, const std::vector<double>& values, double step) {
  Series line{name, {}, values};
  for (size_t i = 0; i < values.size(); ++i) line.x.push_back(step * static_cast<double>(i + 1));
  return line;
}

std::string picture(const Trained& in_float, const Trained& in_bf16) {
  const std::vector<std::string> notes = {
      "Left: numbers between 0 and 1, one added after the other. From 256 on, the next bfloat16 is 2 away.",
      "Right: the same weights and batches; products of numbers in bfloat16 are added up in float."};
  const std::vector<double> numbers = uniform_numbers(1200);
  LineChart sums{.title = "A sum", .x_label = "numbers", .y_text = [](double y) { return fixed(y, 0); }};
  sums.series = {series("in float", running_sums(numbers, Precision::real), 1),
                 series("in bfloat16", running_sums(numbers, Precision::bf16), 1)};
  LineChart losses{.title = "Training loss", .x_label = "steps", .y_text = [](double y) { return fixed(y, 2); }};
  losses.series = {series("float", in_float.losses, kMean), series("bfloat16", in_bf16.losses, kMean)};
  constexpr double kMargin = 24, kWidth = 440, kHeight = 248, kGap = 28;
  std::vector<Panel> panels;
  for (LineChart& chart : std::vector<LineChart>{sums, losses}) {
    chart.from_zero = true;
    Panel panel{chart.title, line_chart(chart)};
    panel.left = kMargin + static_cast<double>(panels.size()) * (kWidth + kGap);
    panel.top = first_panel_top(notes), panel.width = kWidth, panel.height = kPanelTitle + kHeight;
    for (const Series& line : chart.series) panel.keys.push_back(line.name);
    panels.push_back(panel);
  }
  return picture_file("Eight bits of mantissa in a sum, and in a training", notes, 2 * kMargin + 2 * kWidth + kGap,
                      first_panel_top(notes) + kPanelTitle + kHeight + 14, panels);
}

void lesson(const std::string& file) {
  show_one_against_many();
  show_sums();
  show_errors();
  const DatasetSplits shapes = shapes10(kRecipe.seed, kRecipe.train_images, kRecipe.test_images);
  const Trained in_float = train(shapes, Precision::real), in_bf16 = train(shapes, Precision::bf16);
  print_trainings(in_float, in_bf16);
  if (!file.empty()) write_file_atomically(file, picture(in_float, in_bf16));
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FILE.svg", "draw the sums and the training to this file", lesson);
}
