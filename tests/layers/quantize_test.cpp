#include "layers/labs/quantize.h"

#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "layers/families/families.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"
#include "layers/operand_hook.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

constexpr QuantizationOptions kFloat{.weights = WeightGrids::none, .inputs = InputGrids::none};

std::shared_ptr<Vgg> small_network(bool folded) {
  Initializer initializer(1);
  auto network = std::make_shared<RepVgg>(RepVggSize{"small", {1, 1, 1, 1, 1}, {4, 4, 8, 8, 8}}, 10, initializer);
  randomize(*network, 3, false);
  network->eval();
  if (folded) return network->fold_network();
  return network;
}

Tensor logits(Module& network, const Variable& images) {
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  return network(images).value();
}

class Doubler : public OperandHook {
 public:
  Operands on_product(const Module&, const Operands& operands) override {
    ++seen;
    return {operands.x, scale(operands.weight, 2)};
  }
  int seen = 0;
};

}  // namespace

TEST_CASE("operand hook: sees every product, and is gone after its scope", "[layers][int8]") {
  Initializer initializer(1);
  Conv2d conv(same_convolution(3, 4, 3, 3), initializer);
  Linear linear(3, 4, initializer);
  const Variable x = random_images({2, 5, 5, 3}), rows = random_images({2, 3});
  const NoGrad no_grad;
  const Tensor before = conv(x).value();
  {
    Doubler doubler;
    CHECK(relative_difference(conv(x).value(), scale(Variable(before), 2).value()) < 1e-6);
    linear(rows);
    CHECK(doubler.seen == 2);
  }
  CHECK(conv(x).value().to_vector() == before.to_vector());
}

TEST_CASE("quantize: each product has a name, in the order that they compute", "[layers][int8]") {
  const Variable images = random_images({3, 32, 32, 3});
  const auto folded = quantize(small_network(true), images.value())->layers();
  CHECK(folded.size() == 6);
  CHECK(folded.front().name == "stages.0.0.conv");
  CHECK(folded.back().name == "head");
  CHECK(folded.front().weight_grids.size() == 4);
  const auto trained = quantize(small_network(false), images.value(), {.weights = WeightGrids::per_tensor})->layers();
  CHECK(trained.size() == 11);
  CHECK(trained[1].name == "stages.0.0.conv1");
  CHECK(trained[1].weight_grids.size() == 1);
}

TEST_CASE("quantize: the network stays as it was, in state, mode and result", "[layers][int8]") {
  const Variable images = random_images({3, 32, 32, 3});
  for (const bool folded : {false, true}) {
    const auto network = small_network(folded);
    const auto state_before = state(*network);
    const Tensor before = logits(*network, images);
    network->train();
    const auto quantized = quantize(network, images.value());
    CHECK(relative_difference(before, quantized->forward(images).value()) > 1e-4);
    CHECK(network->training());
    CHECK(bit_equal(state_before, state(*network)));
    CHECK(logits(*network, images).to_vector() == before.to_vector());

    // Rounding nothing is the network itself.
    const auto same = quantize(network, images.value(), kFloat);
    CHECK(relative_difference(before, logits(*same, images)) <= kFoldTolerance);
  }
}

TEST_CASE("quantize: more bits, smaller errors, and 16 bits are nearly exact", "[layers][int8]") {
  const Variable images = random_images({40, 32, 32, 3});
  for (const bool folded : {false, true}) {
    const auto network = small_network(folded);
    const Tensor exact = logits(*network, images);
    double before = INFINITY;
    for (const int bits : {4, 8, 16}) {
      const auto rounded = quantize(network, images.value(), {.weight_bits = bits, .input_bits = bits});
      const double error = relative_difference(exact, logits(*rounded, images));
      CHECK(error < before);
      before = error;
    }
    CHECK(before < 1e-3);
  }
}

TEST_CASE("quantize: a network of integers stays exact", "[layers][int8]") {
  // Weights up to 127 and inputs up to 255 are their own grid; sums of a few of them are exact in Real.
  Tensor weight({3, 3, 2, 2}), image({1, 4, 4, 2});
  for (int64_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<Real>((i * 29) % 255 - 127);
  weight[0] = weight[1] = 127;
  for (int64_t i = 0; i < image.size(); ++i) image[i] = static_cast<Real>((i * 41) % 256);
  image[5] = 255;
  Conv2dArgs args = conv2d_args(1, 1);
  args.algorithm = ConvAlgorithm::naive;
  const auto conv = std::make_shared<ConvRelu>(Kernel{weight, Tensor::from({2}, {3, -5})}, args);
  conv->eval();
  for (const WeightGrids weights : {WeightGrids::per_tensor, WeightGrids::per_channel}) {
    const auto rounded = quantize(conv, image, {.weights = weights});
    CHECK(logits(*rounded, Variable(image)).to_vector() == logits(*conv, Variable(image)).to_vector());
  }
}

TEST_CASE("quantize: by the definition, layer after layer", "[layers][int8]") {
  Initializer initializer(1);
  auto net = std::make_shared<Sequential>();
  net->add<Conv2d>(same_convolution(3, 4, 3, 3), initializer);
  net->add<Flatten>();
  net->add<Linear>(4 * 36, 5, initializer);
  net->eval();
  const Variable images = random_images({2, 6, 6, 3});
  const auto rounded = quantize(net, images.value(), {.weights = WeightGrids::per_tensor, .coverage = 0.99});

  const NoGrad no_grad;
  Variable x = images;
  for (const auto& operands : record_operands(*net, images.value())) {
    const auto round = [](const Tensor& t, const QuantizationGrid& grid) { return Variable(fake_quantize(t, grid)); };
    const Variable w = round(operands.weight, symmetric_grid(number_range({operands.weight}), 8));
    x = round(x.value(), asymmetric_grid(number_range(operands.inputs, 0.99), 8));
    if (const auto* linear_layer = dynamic_cast<const Linear*>(operands.layer)) {
      x = linear(reshape(x, {2, 4 * 36}), w, linear_layer->bias());
    } else {
      x = conv2d(x, w, {}, Activation::none, conv2d_args(1, 1));
      x = reshape(x, {2, 4 * 36});
    }
  }
  CHECK(relative_difference(x.value(), rounded->forward(images).value()) <= kFoldTolerance);
}

TEST_CASE("quantize: every family, trained and folded", "[layers][int8]") {
  const Variable x = random_images({4, 8, 8, 4});
  for (const std::string& family : family_names()) {
    CAPTURE(family);
    const int64_t groups = family == "repmixer" || family == "unireplk" ? 4 : 1;  // depthwise alone
    Initializer initializer(5);
    const std::shared_ptr<Module> block = make_block(family, {.in = 4, .out = 4, .groups = groups}, initializer);
    block->eval();
    const std::shared_ptr<Module> folded = block->fold();
    const Tensor exact = logits(*block, x);
    CHECK(relative_difference(exact, logits(*quantize(block, x.value()), x)) < 0.1);
    const auto rounded = quantize(folded, x.value());
    CHECK(rounded->layers().size() == 1);
    CHECK(relative_difference(exact, logits(*rounded, x)) < 0.1);
  }
}

TEST_CASE("quantize: bad input", "[layers][int8]") {
  const Tensor images = random_images({3, 32, 32, 3}).value();
  const auto network = small_network(true);
  CHECK_THAT(error_of([&] { quantize(network, Tensor{}); }), ContainsSubstring("0 calibration images"));
  CHECK_THAT(error_of([&] { quantize(nullptr, images); }), ContainsSubstring("the network is null"));
  CHECK_THAT(error_of([&] { quantize(std::make_shared<Flatten>(), images); }), ContainsSubstring("no convolution"));
  for (const int bits : {1, 17}) {
    CHECK_THAT(error_of([&] { quantize(network, images, {.weight_bits = bits}); }),
               ContainsSubstring("stages.0.0.conv: quantization: got " + std::to_string(bits) + " bits"));
    CHECK_THAT(error_of([&] { quantize(network, images, {.input_bits = bits}); }), ContainsSubstring("choose 2 to 16"));
  }
  CHECK_THAT(error_of([&] { quantize(network, images, {.coverage = 0}); }), ContainsSubstring("coverage of 0"));

  const auto rounded = quantize(network, images);
  CHECK_THROWS_AS(rounded->fold(), FoldError);

  auto state_now = state(*network);
  state_now.at("stages.1.0.conv.weight")[3] = std::numeric_limits<Real>::quiet_NaN();
  load_state(*network, state_now);
  CHECK_THAT(error_of([&] { quantize(network, images); }),
             ContainsSubstring("stages.1.0.conv: ") && ContainsSubstring("nan at element 3"));
}

TEST_CASE("quantize: weights that change afterwards are an error, not a mixture", "[layers][int8]") {
  const auto network = small_network(true);
  const Variable x = random_images({2, 16, 16, 3});
  const auto quantized = quantize(network, x.value());
  const Tensor before = logits(*quantized, x);
  auto changed = state(*quantized);
  for (auto& [name, tensor] : changed) tensor = Tensor::full(tensor.shape(), Real(0.5));
  load_state(*quantized, changed);
  CHECK_THAT(error_of([&] { logits(*quantized, x); }), ContainsSubstring("have changed since they were rounded"));
  CHECK(before.size() == 20);
}
