#include "layers/inspect/count.h"

#include "autograd/annex/annex_ops.h"
#include "autograd/annex/survey_ops.h"
#include "core/annex/window_pooling.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/families/families.h"
#include "layers/labs/dropout.h"
#include "layers/labs/window_pooling.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"
#include "layers/pooling.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

struct BothForms {
  Counts training, folded;
};

/// Parameters and multiply-adds of a RepVGG, from the widths alone and no module of ours.
BothForms counts_from_widths(const std::array<int64_t, 5>& depths, const std::array<int64_t, 5>& widths) {
  BothForms both;
  auto& [training, folded] = both;
  int64_t in = 3, side = 32;
  for (size_t s = 0; s < 5; ++s) {
    for (int64_t b = 0; b < depths[s]; ++b) {
      const bool halves = s >= 2 && b == 0;
      if (halves) side /= 2;
      const int64_t out = widths[s], identity = !halves && in == out ? 1 : 0;
      training.parameters += 9 * in * out + in * out + (2 + identity) * 2 * out;
      training.multiply_adds += (9 + 1) * in * out * side * side;
      training.convolutions += 2;
      training.batch_norms += 2 + identity;
      training.additions += 1 + identity;
      training.element_wise += (2 + identity + 1) * out * side * side;  // each branch read, their sum written
      folded.parameters += 9 * in * out + out;
      folded.multiply_adds += 9 * in * out * side * side;
      folded.convolutions += 1;
      in = out;
    }
  }
  for (Counts* counts : {&training, &folded}) {
    counts->parameters += 10 * in + 10;
    counts->multiply_adds += 10 * in;
    counts->element_wise += side * side * in + in;  // the mean of each last map
  }
  return both;
}

/// Swaps the halves of the channels, scales them image by image, and shuffles them.
class MovedChannels : public Module {
 public:
  Variable forward(const Variable& x) override {
    const int64_t half = x.shape()[-1] / 2;
    const Variable y = concat_channels({slice_channels(x, half, half), slice_channels(x, 0, half)});
    return shuffle_channels(scale_images(y, sigmoid(global_avg_pool(y))), 2);
  }
  void visit(Visitor&) override {}
  std::string description() const override { return "MovedChannels"; }
  std::unique_ptr<Module> fold() const override { return std::make_unique<MovedChannels>(); }
};

/// A size as it is published: millions of parameters to three digits, of multiply-adds to two; training, then folded.
struct Published {
  std::string name;
  std::array<int64_t, 5> depths, widths;
  Counts training, folded;
  double parameters[2], multiply_adds[2];
};

const std::vector<Published>& published() {
  static const std::vector<Published> sizes = {
      {"tiny",
       {1, 1, 2, 4, 1},
       {16, 16, 32, 64, 256},
       {331082, 18844160, 18, 23, 14, 250112},
       {296218, 16960000, 9, 0, 0, 4352},
       {0.331, 0.296},
       {18.84, 16.96}},
      {"mini",
       {1, 1, 2, 3, 1},
       {32, 32, 64, 128, 512},
       {1147786, 63902720, 16, 20, 12, 467456},
       {1030058, 57512960, 8, 0, 0, 8704},
       {1.148, 1.030},
       {63.90, 57.51}},
      {"S",
       {1, 2, 4, 6, 1},
       {32, 32, 64, 128, 512},
       {1734730, 126817280, 28, 38, 24, 827904},
       {1555914, 114136064, 14, 0, 0, 8704},
       {1.735, 1.556},
       {126.82, 114.14}},
      {"A0",
       {1, 2, 4, 14, 1},
       {48, 48, 96, 192, 1280},
       {7840874, 489075200, 44, 62, 40, 1668352},
       {7041194, 440168960, 22, 0, 0, 21760},
       {7.841, 7.041},
       {489.08, 440.17}},
  };
  return sizes;
}

/// In millions, rounded to 1 / `parts`.
double in_millions(int64_t count, double parts) { return std::round(static_cast<double>(count) / 1e6 * parts) / parts; }

}  // namespace

TEST_CASE("count: the integers agree with the widths and round to the published table", "[layers]") {
  for (const Published& size : published()) {
    CAPTURE(size.name);
    const auto [training, folded] = counts_from_widths(size.depths, size.widths);
    CHECK(training == size.training);
    CHECK(folded == size.folded);
    CHECK(in_millions(size.training.parameters, 1e3) == Approx(size.parameters[0]).epsilon(1e-12));
    CHECK(in_millions(size.folded.parameters, 1e3) == Approx(size.parameters[1]).epsilon(1e-12));
    CHECK(in_millions(size.training.multiply_adds, 1e2) == Approx(size.multiply_adds[0]).epsilon(1e-12));
    CHECK(in_millions(size.folded.multiply_adds, 1e2) == Approx(size.multiply_adds[1]).epsilon(1e-12));
  }
}

TEST_CASE("count: RepVGG has these counts, to the digit", "[layers]") {
  for (const Published& size : published()) {
    CAPTURE(size.name);
    Initializer initializer(1);
    RepVgg network(repvgg_size(size.name), 10, initializer);
    CHECK(count(network, {1, 32, 32, 3}) == size.training);
    CHECK(count(*std::make_unique<PlainVgg>(repvgg_size(size.name), 10), {1, 32, 32, 3}) == size.folded);
  }
}

TEST_CASE("count: any model, with strides, groups and pools", "[layers]") {
  Initializer initializer(1);
  Sequential network;
  network.add<Conv2d>(Conv2dOptions{.in = 4, .out = 8, .args = conv2d_args(2, 1, 2), .bias = true}, initializer);
  network.add<BatchNorm2d>(8);
  network.add<Relu>();
  network.add<MaxPool2d>(Pool2dArgs{});
  network.add<Dropout>(Real(0.5), initializer);
  network.add<Flatten>();
  network.add<Linear>(8 * 2 * 2, 3, initializer);

  // Each of the 4 x 4 x 8 numbers of the convolution sums 3 x 3 pixels of 2 channels.
  const Counts counts = count(network, {1, 8, 8, 4});
  CHECK(counts.multiply_adds == 4 * 4 * 8 * 9 * 2 + 32 * 3);
  CHECK(counts.parameters == 9 * 2 * 8 + 8 + 2 * 8 + 32 * 3 + 3);
  CHECK(counts.convolutions == 1);
  CHECK(counts.batch_norms == 1);
  CHECK(counts.additions == 0);
  // Norm, ReLU and pool read 4 x 4 x 8 numbers each; the pool writes a quarter of them.
  CHECK(counts.element_wise == 5 * 128 + 32);
  CHECK(count_parameters(network) == counts.parameters);
}

TEST_CASE("count: kernels that are composed on the way are no work on maps", "[layers]") {
  Initializer initializer(1);
  const BlockOptions options{.in = 4, .out = 4};
  const int64_t map = 4 * 8 * 8;
  for (const std::string family : {"none", "doconv", "diracnet", "orepa", "expandnet", "repoptimizer"}) {
    CAPTURE(family);
    const Counts counts = count(*make_block(family, options, initializer), {1, 8, 8, 4});
    CHECK(counts.convolutions == 1);
    CHECK(counts.multiply_adds == 9 * 4 * map);
    CHECK(counts.additions == 0);
    CHECK(counts.element_wise == 2 * map);  // the batch norm
  }
}

TEST_CASE("count: passes over the maps of a block of branches, and none once it is folded", "[layers]") {
  Initializer initializer(1);
  const BlockOptions options{.in = 4, .out = 4};
  const int64_t map = 4 * 8 * 8, padded = 4 * 10 * 10;
  // Convolutions of x for three branches, then two in a chain whose map is padded between them, then a pool.
  const std::pair<std::string, int64_t> expected[] = {
      {"repvgg", (3 + 1) * map},  // 3x3, 1x1 and x, into their sum
      {"acb", (3 + 1) * map},     // 3x3, 1x3 and 3x1
      {"dbb", 2 * (map + map + map + padded) + padded + map + (4 + 1) * map},
  };
  for (const auto& [family, element_wise] : expected) {
    CAPTURE(family);
    const auto block = make_block(family, options, initializer);
    block->eval();
    CHECK(count(*block, {1, 8, 8, 4}).element_wise == element_wise);
    CHECK(count(*block->fold(), {1, 8, 8, 4}).element_wise == 0);
  }
}

TEST_CASE("count: what moves and scales channels reads and writes maps", "[layers]") {
  MovedChannels layer;
  const int64_t map = 5 * 5 * 8, pixel = 8;
  const Counts counts = count(layer, {1, 5, 5, 8});
  CHECK(counts.multiply_adds == 0);
  CHECK(counts.additions == 0);
  // Two slices of a half each, concatenated; their mean and its sigmoid; one factor per channel; the shuffle.
  CHECK(counts.element_wise == 2 * map + 2 * map + (map + pixel) + 2 * pixel + (2 * map + pixel) + 2 * map);
}

TEST_CASE("count: leaves modes and state as they were", "[layers]") {
  Initializer initializer(1);
  RepVgg network({"small", {1, 1, 1, 1, 1}, {4, 4, 4, 4, 4}}, 10, initializer);
  network.block(2, 0).eval();
  const auto before = state(network);
  count(network, {1, 32, 32, 3});
  CHECK(network.training());
  CHECK(network.block(1, 0).training());
  CHECK_FALSE(network.block(2, 0).training());
  CHECK(bit_equal(state(network), before));
  CHECK(grad_enabled());

  CHECK_THROWS_AS(count(network, {1, 32, 32, 5}), Error);
  CHECK(network.training());
}
