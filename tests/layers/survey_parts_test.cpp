#include <functional>

#include "autograd/annex/survey_ops.h"
#include "autograd/ops.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/fold/conv_relu.h"
#include "layers/inspect/summary.h"
#include "layers/labs/window_pooling.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/genotype.h"
#include "layers/models/survey/layer_graph.h"
#include "layers/models/survey/parts.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

std::unique_ptr<Module> scaled(Real factor) { return std::make_unique<Scale>(factor); }

Branches branches_of(std::unique_ptr<Module> a, std::unique_ptr<Module> b) {
  Branches branches;
  branches.push_back(std::move(a));
  branches.push_back(std::move(b));
  return branches;
}

/// A convolution and its batch norm.
std::unique_ptr<Sequential> conv_norm(int64_t in, int64_t out, int64_t stride, Initializer& initializer) {
  auto layers = std::make_unique<Sequential>();
  layers->add<Conv2d>(Conv2dOptions{.in = in, .out = out, .args = conv2d_args(stride, 1)}, initializer);
  layers->add<BatchNorm2d>(out);
  return layers;
}

double difference(const Variable& a, const Variable& b) {
  REQUIRE(a.shape() == b.shape());
  return double{max_abs_difference(a.value(), b.value())};
}

}  // namespace

TEST_CASE("survey parts: each computes its op, says its settings and folds to itself", "[layers]") {
  struct Part {
    std::unique_ptr<Module> layer;
    std::string description;
    std::function<Variable(const Variable&)> op;
  };
  std::vector<Part> parts;
  const auto part = [&](std::unique_ptr<Module> layer, const std::string& description, const auto& op) {
    parts.push_back({std::move(layer), description, op});
  };
  using V = const Variable&;
  const auto curve = [&](Curve which, const std::string& name, const auto& op) {
    part(std::make_unique<Activate>(which), "Activate " + name, op);
  };
  curve(Curve::relu, "relu", [](V x) { return relu(x); });
  curve(Curve::leaky_relu, "leaky_relu", [](V x) { return leaky_relu(x, Real(0.3)); });
  curve(Curve::relu6, "relu6", [](V x) { return relu6(x); });
  curve(Curve::sigmoid, "sigmoid", [](V x) { return sigmoid(x); });
  curve(Curve::silu, "silu", [](V x) { return silu(x); });
  curve(Curve::gelu, "gelu", [](V x) { return gelu(x); });
  curve(Curve::tanh, "tanh", [](V x) { return tanh(x); });
  part(std::make_unique<SliceChannels>(2, 3), "SliceChannels 3 from 2", [](V x) { return slice_channels(x, 2, 3); });
  part(std::make_unique<PadChannels>(1, 2), "PadChannels 1 before, 2 after", [](V x) { return pad_channels(x, 1, 2); });
  part(std::make_unique<ShuffleChannels>(3), "ShuffleChannels of 3 groups", [](V x) { return shuffle_channels(x, 3); });
  part(scaled(Real(0.1)), "Scale 0.1", [](V x) { return scale(x, Real(0.1)); });
  part(std::make_unique<PadCircular>(2), "PadCircular 2", [](V x) { return pad2d_circular(x, 2, 2); });
  part(std::make_unique<Sum>(branches_of(scaled(2), std::make_unique<Sequential>())), "Sum of 2 branches",
       [](V x) { return add(scale(x, 2), x); });
  part(std::make_unique<Concat>(branches_of(scaled(2), std::make_unique<Sequential>())), "Concat of 2 branches",
       [](V x) {
         return concat_channels({scale(x, 2), x});
       });

  const Variable x = random_images({2, 5, 4, 6});
  for (const Part& each : parts) {
    CAPTURE(each.description);
    CHECK(each.layer->description() == each.description);
    CHECK(difference((*each.layer)(x), each.op(x)) == 0);
    CHECK_THAT(error_of([&] { each.layer->fold(); }), ContainsSubstring("is in training mode"));
    each.layer->eval();
    const auto folded = each.layer->fold();
    CHECK_FALSE(folded->training());
    CHECK(folded->description() == each.description);
    CHECK(difference((*folded)(x), each.op(x)) == 0);
  }
}

TEST_CASE("survey parts: sums and concatenations fold their branches, and name one that fails", "[layers][fold]") {
  Initializer initializer(1);
  for (const bool concatenated : {false, true}) {
    CAPTURE(concatenated);
    Branches branches = branches_of(conv_norm(4, 4, 1, initializer), std::make_unique<Sequential>());
    std::unique_ptr<Module> block;
    if (concatenated) {
      block = std::make_unique<Concat>(std::move(branches));
    } else {
      block = std::make_unique<Sum>(std::move(branches));
    }
    randomize(*block, 2);
    block->eval();
    const Variable x = random_images({2, 6, 5, 4});
    const auto folded = block->fold();
    CHECK(relative_difference((*block)(x).value(), (*folded)(x).value()) <= kFoldTolerance);
    CHECK(count_parameters(*folded) == 9 * 4 * 4 + 4);
    CHECK(named_parameters(*block)[0].name == "0.0.weight");

    auto broken = state(*block);
    broken["0.1.running_var"] = Tensor::full({4}, -1);
    load_state(*block, broken);
    CHECK_THAT(error_of([&] { block->fold(); }), ContainsSubstring("fold: 0.1: running_var of channel 0 is -1"));
  }
}

TEST_CASE("survey parts: branches that do not fit together are named", "[layers]") {
  Initializer initializer(1);
  const Variable x = random_images({2, 6, 6, 4});
  Sum sum(branches_of(std::make_unique<Sequential>(), std::make_unique<SliceChannels>(0, 2)));
  CHECK_THROWS_WITH(sum(x),
                    "Sum: branch 1 makes [2 6 6 2] of [2 6 6 4], branch 0 makes [2 6 6 4]; give all branches "
                    "the same channels and strides");
  Concat concat(branches_of(std::make_unique<Sequential>(), conv_norm(4, 4, 2, initializer)));
  CHECK_THROWS_WITH(
      concat(x),
      "Concat: branch 1 makes [2 3 3 4] of [2 6 6 4], branch 0 makes [2 6 6 4]; all must make images [N H "
      "W C] with the same N, H and W");
  Concat features(branches_of(std::make_unique<Sequential>(), std::make_unique<Sequential>()));
  CHECK_THROWS_WITH(features(random_images({2, 4})),
                    ContainsSubstring("branch 0 makes [2 4]; all must make images [N H W C]"));
  CHECK_THROWS_WITH(Sum({}), "Sum: no branches; give at least one");
  CHECK_THROWS_WITH(Concat({}), "Concat: no branches; give at least one");
  CHECK_THROWS_WITH(Sum(branches_of(scaled(1), nullptr)), "Sum: branch 1 is null; give a layer");
}

TEST_CASE("SqueezeExcite: scales each channel by what all of an image's means say", "[layers]") {
  Initializer initializer(1);
  onefold::SqueezeExcite layer(4, 2, Curve::silu, initializer);
  CHECK(layer.description() == "SqueezeExcite 4 -> 2 -> 4, silu");
  const auto weights = state(layer);
  CHECK(weights.at("reduce.weight").shape() == Shape{4, 2});
  CHECK(weights.at("expand.weight").shape() == Shape{2, 4});
  CHECK(count_parameters(layer) == 4 * 2 + 2 + 2 * 4 + 4);

  const Variable x = random_images({3, 5, 4, 4});
  const Tensor y = layer(x).value();
  for (int64_t n = 0; n < 3; ++n) {
    double mean[4] = {}, hidden[2] = {};
    for (int64_t i = 0; i < 80; ++i) mean[i % 4] += x.value()[n * 80 + i] / 20.0;
    for (int64_t h = 0; h < 2; ++h) {
      hidden[h] = weights.at("reduce.bias")[h];
      for (int64_t c = 0; c < 4; ++c) hidden[h] += mean[c] * weights.at("reduce.weight")[c * 2 + h];
      hidden[h] /= 1 + std::exp(-hidden[h]);
    }
    for (int64_t i = 0; i < 80; ++i) {
      const int64_t c = i % 4;
      const double sum = weights.at("expand.bias")[c] + hidden[0] * weights.at("expand.weight")[c] +
                         hidden[1] * weights.at("expand.weight")[4 + c];
      CHECK(y[n * 80 + i] == Approx(x.value()[n * 80 + i] / (1 + std::exp(-sum))).margin(1e-6));
    }
  }

  layer.eval();
  CHECK(difference((*layer.fold())(x), layer(x)) == 0);
  CHECK_THROWS_WITH(onefold::SqueezeExcite(4, 0, Curve::relu, initializer),
                    "SqueezeExcite: 0 hidden channels for 4; expected at least 1");
}

TEST_CASE("DropPath: in training an image is dropped as a whole or scaled, in evaluation nothing happens", "[layers]") {
  Initializer initializer(1), same(1);
  DropPath layer(Real(0.25), initializer), resumed(Real(0.25), same);
  CHECK(layer.description() == "DropPath 0.25");
  const Variable x(random_normal({400, 2, 2, 3}, Random(7, 0)), true);
  const Variable y = layer(x);
  int64_t dropped = 0;
  for (int64_t n = 0; n < 400; ++n) {
    const bool gone = y.value()[n * 12] == 0;
    dropped += gone;
    for (int64_t i = n * 12; i < n * 12 + 12; ++i) {
      CHECK(y.value()[i] == Approx(gone ? 0 : double{x.value()[i]} / 0.75).epsilon(1e-6));
    }
  }
  CHECK(static_cast<double>(dropped) / 400 == Approx(0.25).margin(0.07));

  // The gradient takes the same way as the value.
  sum(y).backward();
  for (int64_t n = 0; n < 400; ++n) CHECK((x.grad()[n * 12] == 0) == (y.value()[n * 12] == 0));

  // Each step draws another mask, and a resumed run the same ones.
  load_state(resumed, state(layer));
  const Variable second = layer(x);
  CHECK(difference(second, y) > 0);
  CHECK(difference(resumed(x), second) == 0);

  layer.eval();
  CHECK(layer(x).is(x));
  CHECK(layer.fold()->is_identity());
  CHECK_THROWS_WITH(DropPath(1, initializer), "DropPath: probability is 1, it must be at least 0 and below 1");
  CHECK_THROWS_WITH(resumed(random_images({2, 3})), "DropPath: input [2 3] must be images [N H W C]");
}

TEST_CASE(
    "Chain: counts channels, keeps the map's size at stride 1, and folds a convolution with norm and ReLU to one op",
    "[layers][fold]") {
  Initializer initializer(1);
  Chain net(3, initializer);
  net.conv(3, 8).norm().relu();
  Chain body = net.branch(), shortcut = net.branch();
  body.conv(1, 7, 12, {.stride = 2}).norm().act(Curve::silu).depthwise(5).norm().drop_path(Real(0.1));
  shortcut.avg_pool(3, 2, true).pad_channels(12);
  net.sum(body, shortcut).relu().shuffle(4).squeeze_excite(3);
  Chain left = net.branch(), right = net.branch();
  left.slice(0, 6).max_pool(3, 1, true).scale(Real(0.5));
  right.slice(6, 6).conv(3, 4, {.groups = 2, .bias = true}).relu();
  net.concat({&left, &right});
  CHECK(net.channels() == 10);
  net.classify(5);
  CHECK(net.channels() == 5);
  const auto network = net.done();
  CHECK(net.done()->size() == 0);

  randomize(*network, 4, false);
  network->eval();
  const auto folded = network->fold();
  CHECK(summary(*folded) ==
        "Sequential, 8 layers                                               1,474\n"
        "  0: ConvRelu 3x3, 3 -> 8, padding 1                                 224\n"
        "    conv: Conv2d 3x3, 3 -> 8, padding 1, bias                        224\n"
        "  1: Sum of 2 branches                                               996\n"
        "    0: Sequential, 3 layers                                          996\n"
        "      0: Conv2d 1x7, 8 -> 12, stride 2, padding 0x3, bias            684\n"
        "      1: Activate silu\n"
        "      2: Conv2d 5x5, 12 -> 12, padding 2, groups 12, bias            312\n"
        "    1: Sequential, 2 layers\n"
        "      0: AvgPool2d 3x3, stride 2, padding 1, which does not count\n"
        "      1: PadChannels 2 before, 2 after\n"
        "  2: Relu\n"
        "  3: ShuffleChannels of 4 groups\n"
        "  4: SqueezeExcite 12 -> 3 -> 12, relu                                87\n"
        "    reduce: Linear 12 -> 3                                            39\n"
        "    expand: Linear 3 -> 12                                            48\n"
        "  5: Concat of 2 branches                                            112\n"
        "    0: Sequential, 3 layers\n"
        "      0: SliceChannels 6 from 0\n"
        "      1: MaxPool2d 3x3, stride 1, padding 1\n"
        "      2: Scale 0.5\n"
        "    1: Sequential, 2 layers                                          112\n"
        "      0: SliceChannels 6 from 6\n"
        "      1: ConvRelu 3x3, 6 -> 4, padding 1, groups 2                   112\n"
        "        conv: Conv2d 3x3, 6 -> 4, padding 1, groups 2, bias          112\n"
        "  6: GlobalAvgPool\n"
        "  7: Linear 10 -> 5                                                   55\n");
  const Variable x = random_images({2, 9, 8, 3});
  CHECK((*network)(x).shape() == Shape{2, 5});
  CHECK(relative_difference((*network)(x).value(), (*folded)(x).value()) <= kFoldTolerance);
}

TEST_CASE("Chain: layers that do not fit are refused", "[layers]") {
  Initializer initializer(1);
  Chain net(4, initializer);
  CHECK_THROWS_WITH(net.conv(3, 0), "Conv2d: 4 -> 0 channels; both must be at least 1");
  CHECK_THROWS_WITH(net.conv(3, 8, {.groups = 3}), "Conv2d: 3 groups must divide both 4 input and 8 output channels");
  CHECK_THROWS_WITH(net.pad_channels(3), "Chain: 4 channels cannot be padded to 3; give at least as many");
  CHECK_THROWS_WITH(net.slice(2, 3),
                    "Chain: 3 channels from 2 on, of 4; expected at least 1, and no more than there are");
  Chain a = net.branch(), b = net.branch();
  b.conv(1, 5);
  CHECK_THROWS_WITH(net.sum(a, b), "Chain: a sum of 4 and 5 channels; both branches must have the same number");
  CHECK_THROWS_WITH(net.concat({}), "Concat: no branches; give at least one");
}

TEST_CASE("LayerGraph: takes any earlier result, any number of times, and folds layer by layer", "[layers][fold]") {
  Initializer initializer(1);
  LayerGraph graph;
  const int64_t conv = graph.add(conv_norm(4, 4, 1, initializer), 0);
  const int64_t half = graph.add(scaled(Real(0.5)), conv);
  const int64_t both = graph.sum(conv, half);
  CHECK(both == 3);
  CHECK(graph.concat({0, both, conv}) == 4);
  CHECK(graph.description() == "LayerGraph, 4 results");
  CHECK(named_parameters(graph)[0].name == "1.0.weight");

  randomize(graph, 2);
  graph.eval();
  const Variable x = random_images({2, 6, 5, 4});
  const Variable y = (*named_modules(graph)[1].module)(x);
  CHECK(difference(graph(x), concat_channels({x, add(y, scale(y, Real(0.5))), y})) == 0);
  const auto folded = graph.fold();
  CHECK(count_parameters(*folded) == 9 * 4 * 4 + 4);
  CHECK(relative_difference(graph(x).value(), (*folded)(x).value()) <= kFoldTolerance);

  auto broken = state(graph);
  broken["1.1.running_var"] = Tensor::full({4}, -1);
  load_state(graph, broken);
  CHECK_THAT(error_of([&] { graph.fold(); }), ContainsSubstring("fold: 1.1: running_var"));
  CHECK_THROWS_WITH(graph.sum(0, 5), "LayerGraph: no result 5 yet, among 5; numbered from 0, which is the input");
  CHECK_THROWS_WITH(graph.concat({}), "LayerGraph: no results to concatenate; give at least one");
  CHECK_THROWS_WITH(graph.add(nullptr, 2), "LayerGraph: the layer after result 2 is null; give a layer");
}

TEST_CASE("genotype: two cells, or one for both, whose unused results are the output by default", "[layers]") {
  const Genotype nasnet = parse_genotype(kNasNetA);
  CHECK(nasnet.normal.blocks.size() == 5);
  CHECK(nasnet.normal.outputs == std::vector<int64_t>{2, 3, 4, 5, 6});
  CHECK(nasnet.reduction.outputs == std::vector<int64_t>{4, 5, 6});
  CHECK(nasnet.normal.blocks[0][0].operation == CellOperation::sep5);
  CHECK(nasnet.normal.blocks[0][0].from == 1);
  CHECK(nasnet.reduction.blocks[3][0].operation == CellOperation::skip);
  CHECK(nasnet.reduction.blocks[3][0].from == 3);
  const Genotype pnas = parse_genotype(kPnasNet5);
  CHECK(pnas.normal.outputs == std::vector<int64_t>{2, 3, 4, 5, 6});
  CHECK(pnas.reduction.outputs == pnas.normal.outputs);
  const Genotype amoeba = parse_genotype(kAmoebaNetA);
  CHECK(amoeba.normal.outputs == std::vector<int64_t>{4, 5, 6});
  CHECK(amoeba.reduction.outputs == std::vector<int64_t>{3, 4, 6});
  CHECK(amoeba.reduction.blocks[4][0].operation == CellOperation::conv7);
  CHECK(parse_genotype("  sep3 0+skip 1;2 ").normal.outputs == std::vector<int64_t>{2});
}

TEST_CASE("genotype: what does not parse is named with its position and what was expected", "[layers]") {
  const std::string operations = "one of skip, sep3, sep5, sep7, avg3, max3, conv7";
  const std::pair<std::string, std::string> all[] = {
      {"", "the end at character 1, expected " + operations},
      {"sep3", "the end at character 5, expected a result's number from 0 to 1"},
      {"sep3 0", "the end at character 7, expected + and the block's second operation"},
      {"sep3 0 + sep9 1", "\"sep9\" at character 10, expected " + operations},
      {"sep3 0 + sep3 2", "\"2\" at character 15, expected a result's number from 0 to 1"},
      {"sep3 0 + sep3 1, skip 2 + skip 3", "\"3\" at character 32, expected a result's number from 0 to 2"},
      {"sep3 0 + sep3 1 skip 0", "\"skip\" at character 17, expected a comma, a semicolon, a slash or the end"},
      {"sep3 0 + sep3 1 /", "the end at character 18, expected " + operations},
      {"sep3 0 + sep3 1;", "the end at character 17, expected a result's number from 2 to 2"},
      {"sep3 0 + sep3 1; 1", "\"1\" at character 18, expected a result's number from 2 to 2"},
      {"sep3 0 + sep3 1 / sep3 0 + sep3 1 / skip 0", "\"/\" at character 35, expected a comma, a semicolon, a slash"},
      {"sep3 -1 + sep3 1", "\"-\" at character 6, expected a result's number from 0 to 1"},
  };
  for (const auto& [text, expected] : all) {
    CAPTURE(text);
    CHECK_THAT(error_of([&, &genotype = text] { parse_genotype(genotype); }),
               ContainsSubstring("genotype: " + expected));
  }
}
