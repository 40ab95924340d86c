// What multiplies and adds: convolutions in all three directions, matrix products.

#include "core/conv/conv2d.h"
#include "core/gemm/gemm.h"
#include "tests/bench/kernels_bench.h"

namespace onefold::bench {

namespace {

/// A convolution with a square kernel, padded so that stride 1 keeps the side.
struct Convolution {
  int64_t inputs, outputs, side;  // channels in and out, side of the input
  int64_t kernel, stride;
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
  int64_t groups = 1;

  bool depthwise() const { return groups > 1 && groups == inputs; }
  int64_t output_side() const { return (side - 1) / stride + 1; }
};

struct Operands {
  Tensor x, w, dy;
  Conv2dArgs args;
};

Operands operands(const Convolution& c) {
  Conv2dArgs args = conv2d_args(c.stride, c.kernel / 2, c.groups);
  args.algorithm = c.algorithm;
  const Shape w = {c.kernel, c.kernel, c.inputs / c.groups, c.outputs};
  return {images({c.inputs, c.side}, 1), random_normal(w, Random(1, 2), 0.1), images({c.outputs, c.output_side()}, 3),
          args};
}

Work work(const Convolution& c) {
  const int64_t outputs = kBatch * c.output_side() * c.output_side() * c.outputs;
  Work work{.multiply_adds = static_cast<double>(outputs * c.kernel * c.kernel * (c.inputs / c.groups))};
  // Of few multiplications a number: what bounds it may be the memory. Each direction moves two maps.
  const int64_t numbers = kBatch * c.side * c.side * c.inputs + outputs;
  if (c.depthwise()) work.bytes = static_cast<double>(numbers) * static_cast<double>(sizeof(Real));
  return work;
}

std::string family(const Convolution& c) {
  const std::string kernel = std::to_string(c.kernel), stride = std::to_string(c.stride);
  return (c.depthwise() ? "depthwise" : "conv") + kernel + "x" + kernel + (c.stride == 1 ? "" : "_stride" + stride) +
         (c.groups == 1 || c.depthwise() ? "" : "_groups" + std::to_string(c.groups)) +
         (c.algorithm == ConvAlgorithm::im2col ? "_im2col" : "");
}

/// "64@32x32", or "32-64@32x32" where the numbers of channels differ.
std::string shape(const Convolution& c) {
  return (c.inputs == c.outputs ? "" : std::to_string(c.inputs) + "-") + text(Map{c.outputs, c.side});
}

void add_directions(const Convolution& c, const std::string& prefix = "") {
  add_timing(prefix + family(c) + "/forward/" + shape(c), work(c),
             [c] { return [o = operands(c)] { benchmark::DoNotOptimize(conv2d(o.x, o.w, o.args).data()); }; });
  // Images need no gradient.
  if (c.inputs > 3) {
    add_timing(prefix + family(c) + "/input_gradient/" + shape(c), work(c), [c] {
      return
          [o = operands(c)] { benchmark::DoNotOptimize(conv2d_backward_input(o.dy, o.w, o.x.shape(), o.args).data()); };
    });
  }
  add_timing(prefix + family(c) + "/weight_gradient/" + shape(c), work(c), [c] {
    return
        [o = operands(c)] { benchmark::DoNotOptimize(conv2d_backward_weight(o.dy, o.x, o.w.shape(), o.args).data()); };
  });
}

/// The forward pass by each algorithm that can do it, beside the one that the library chooses.
void add_algorithms(const Convolution& c) {
  const std::pair<const char*, ConvAlgorithm> algorithms[] = {{"im2col", ConvAlgorithm::im2col},
                                                              {"winograd2", ConvAlgorithm::winograd2},
                                                              {"winograd4", ConvAlgorithm::winograd4}};
  for (const auto& [algorithm_name, algorithm] : algorithms) {
    add_timing(family(c) + "_" + algorithm_name + "/forward/" + shape(c), work(c), [c, chosen = algorithm] {
      Operands o = operands(c);
      o.args.algorithm = chosen;
      return [o] { benchmark::DoNotOptimize(conv2d(o.x, o.w, o.args).data()); };
    });
  }
}

/// C[M, N] = A[M, K] B[K, N], or with one operand transposed, as gradients need it.
struct Product {
  int64_t M, K, N;
  bool transposed_a = false, transposed_b = false;
};

void add_product(const Product& p) {
  const std::string name = "gemm" + std::string(p.transposed_a ? "_at" : "") + (p.transposed_b ? "_bt" : "") + "/" +
                           std::to_string(p.M) + "x" + std::to_string(p.K) + "x" + std::to_string(p.N);
  add_timing(name, {.multiply_adds = static_cast<double>(p.M * p.K * p.N)}, [p] {
    const Tensor a = random_normal({p.M, p.K}, Random(1, 1)), b = random_normal({p.K, p.N}, Random(1, 2));
    const Matrix matrix_a{a.data(), p.M, p.K, p.transposed_a ? p.M : p.K, p.transposed_a};
    const Matrix matrix_b{b.data(), p.K, p.N, p.transposed_b ? p.K : p.N, p.transposed_b};
    return [p, a, b, matrix_a, matrix_b, c = Tensor({p.M, p.N})]() mutable {
      gemm(matrix_a, matrix_b, c.data(), p.N);
      benchmark::DoNotOptimize(c.data());
    };
  });
}

/// Equal convolutions of a network, with more than one group.
struct GroupedLayers {
  int64_t count, kernel, inputs, outputs, side, stride, groups;

  Convolution convolution() const { return {inputs, outputs, side, kernel, stride, ConvAlgorithm::automatic, groups}; }
};

struct GroupedNetwork {
  std::string name;
  std::vector<GroupedLayers> layers;
};

/// The depthwise and grouped convolutions of the survey's networks, for images of 32 x 32 pixels. Their names begin
/// with the network's and the number of such layers in it: "mobilenet/5x_depthwise3x3/forward/512@4x4".
const std::vector<GroupedNetwork> kGroupedLayers = {
    {"mobilenet",
     {{1, 3, 32, 32, 32, 1, 32},
      {1, 3, 64, 64, 32, 2, 64},
      {1, 3, 128, 128, 16, 1, 128},
      {1, 3, 128, 128, 16, 2, 128},
      {1, 3, 256, 256, 8, 1, 256},
      {1, 3, 256, 256, 8, 2, 256},
      {5, 3, 512, 512, 4, 1, 512},
      {1, 3, 512, 512, 4, 2, 512},
      {1, 3, 1024, 1024, 2, 1, 1024}}},
    {"shufflenet_g2",
     {{1, 3, 44, 44, 32, 2, 44},
      {1, 1, 44, 176, 16, 1, 2},
      {4, 1, 200, 50, 16, 1, 2},
      {3, 3, 50, 50, 16, 1, 50},
      {3, 1, 50, 200, 16, 1, 2},
      {1, 3, 50, 50, 16, 2, 50},
      {1, 1, 50, 200, 8, 1, 2},
      {8, 1, 400, 100, 8, 1, 2},
      {7, 3, 100, 100, 8, 1, 100},
      {7, 1, 100, 400, 8, 1, 2},
      {1, 3, 100, 100, 8, 2, 100},
      {1, 1, 100, 400, 4, 1, 2},
      {3, 1, 800, 200, 4, 1, 2},
      {3, 3, 200, 200, 4, 1, 200},
      {3, 1, 200, 800, 4, 1, 2}}},
    {"shufflenet_g3",
     {{1, 3, 54, 54, 32, 2, 54},
      {1, 1, 54, 216, 16, 1, 3},
      {4, 1, 240, 60, 16, 1, 3},
      {3, 3, 60, 60, 16, 1, 60},
      {3, 1, 60, 240, 16, 1, 3},
      {1, 3, 60, 60, 16, 2, 60},
      {1, 1, 60, 240, 8, 1, 3},
      {8, 1, 480, 120, 8, 1, 3},
      {7, 3, 120, 120, 8, 1, 120},
      {7, 1, 120, 480, 8, 1, 3},
      {1, 3, 120, 120, 8, 2, 120},
      {1, 1, 120, 480, 4, 1, 3},
      {3, 1, 960, 240, 4, 1, 3},
      {3, 3, 240, 240, 4, 1, 240},
      {3, 1, 240, 960, 4, 1, 3}}},
    {"regnetx_200mf",
     {{1, 3, 24, 24, 32, 1, 3},
      {1, 3, 56, 56, 32, 1, 7},
      {1, 3, 152, 152, 32, 2, 19},
      {3, 3, 152, 152, 16, 1, 19},
      {1, 3, 368, 368, 16, 2, 46},
      {6, 3, 368, 368, 8, 1, 46}}},
};

}  // namespace

void add_arithmetic() {
  // Stride 1: the comparison's shapes, then the stages of mini and S, and of A0.
  constexpr Map kStrideOne[] = {{64, 32}, {128, 16}, {256, 8}, {32, 32}, {64, 16}, {128, 8},
                                {512, 4}, {48, 32},  {96, 16}, {192, 8}, {1280, 4}};
  for (const Map& map : kStrideOne) add_directions({map.channels, map.channels, map.side, 3, 1});
  for (const Map& map : kStrideOne) add_directions({map.channels, map.channels, map.side, 1, 1});
  for (const Map& map : kStrideOne) {
    if (map.channels <= 512) add_algorithms({map.channels, map.channels, map.side, 3, 1});
  }

  // The stem, and the first block of each later stage.
  constexpr int64_t kWidths[2][5] = {{3, 32, 64, 128, 512}, {3, 48, 96, 192, 1280}};
  for (const auto& widths : kWidths) {
    for (const int64_t kernel : {3, 1}) {
      add_directions({widths[0], widths[1], 32, kernel, 1});
      for (int stage = 0; stage < 3; ++stage) {
        const Convolution strided{widths[stage + 1], widths[stage + 2], 32 >> stage, kernel, 2};
        add_directions(strided);
        if (kernel == 3) add_directions({strided.inputs, strided.outputs, strided.side, 3, 2, ConvAlgorithm::im2col});
      }
    }
  }

  for (const int64_t stride : {1, 2}) add_directions({64, 64, 32, 3, stride, ConvAlgorithm::automatic, 64});
  for (const int64_t kernel : {7, 13}) add_directions({64, 64, 16, kernel, 1, ConvAlgorithm::automatic, 64});
  for (const auto& network : kGroupedLayers) {
    for (const GroupedLayers& layers : network.layers) {
      add_directions(layers.convolution(), network.name + "/" + std::to_string(layers.count) + "x_");
    }
  }

  add_product({1024, 1024, 1024});
  for (const int64_t n : {64, 128, 256}) add_product({8192, n, n});
  for (const int64_t n : {64, 128, 256}) add_product({8192, n, n, false, true});
  for (const int64_t n : {64, 128, 256}) add_product({n, 8192, n, true, false});
}

}  // namespace onefold::bench
