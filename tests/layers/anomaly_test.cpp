#include "layers/inspect/anomaly.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "layers/batch_norm.h"
#include "layers/families/weights/conv_block.h"
#include "layers/families/weights/expand_conv2d.h"
#include "layers/models/repvgg.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real kInfinity = std::numeric_limits<Real>::infinity();
constexpr Real kLarge = std::numeric_limits<Real>::max() / 4;
const Real kTiny = std::numeric_limits<Real>::denorm_min();

std::unique_ptr<RepVgg> small_network() {
  Initializer initializer(1);
  return std::make_unique<RepVgg>(RepVggSize{"small", {1, 1, 2, 1, 1}, {4, 4, 8, 8, 8}}, 5, initializer);
}

Variable loss_of(Module& network, const Variable& images) {
  return softmax_cross_entropy(network(images), std::vector<int>(static_cast<size_t>(images.shape()[0]), 1));
}

/// What the guard says of a step, or nothing.
std::string anomaly_of_step(Module& network, const Variable& images) {
  const AnomalyGuard guard(network);
  try {
    loss_of(network, images).backward();
  } catch (const Anomaly& anomaly) {
    return anomaly.what();
  }
  return "";
}

/// "stages.2.1" of "stages.2.1.bn3.weight", "head" of "head.bias".
std::string layer_of(const std::string& parameter) {
  return parameter.substr(0, parameter.starts_with("stages") ? 10 : 4);
}

/// One op as a layer.
class OpLayer : public Module {
 public:
  explicit OpLayer(Variable (*op)(const Variable&)) : op_(op) {}
  Variable forward(const Variable& x) override { return op_(x); }
  void visit(Visitor&) override {}
  std::string description() const override { return "OpLayer"; }
  std::unique_ptr<Module> fold() const override { fail("OpLayer: does not fold"); }

 private:
  Variable (*op_)(const Variable&);
};

Variable enlarge(const Variable& x) { return scale(x, kLarge); }
Variable square(const Variable& x) { return multiply(x, x); }

/// What the guard says of a relu and then this op, each a layer, at an x of two elements; forward, then backward.
std::string anomaly_of(Variable (*op)(const Variable&), const std::vector<Real>& x) {
  Sequential network;
  network.add<OpLayer>(relu);
  network.add<OpLayer>(op);
  const AnomalyGuard guard(network);
  try {
    sum(network(Variable(Tensor::from({2}, x), true))).backward();
  } catch (const Anomaly& anomaly) {
    return anomaly.what();
  }
  return "";
}

}  // namespace

TEST_CASE("anomaly: a parameter that is not finite is named, with its op and layer, at every place", "[layers]") {
  const Variable images = random_images({2, 32, 32, 3});
  size_t places = 0;
  for (const Real injected : {kNan, kInfinity}) {
    const auto network = small_network();
    for (auto& [name, parameter] : named_parameters(*network)) {
      CAPTURE(name, injected);
      const Tensor before = parameter.value().clone();
      Tensor changed = before.clone();
      const int64_t at = changed.size() / 2;
      changed[at] = injected;
      parameter.set_value(changed);
      const std::string said = anomaly_of_step(*network, images);
      const std::string op = name.starts_with("head") ? "linear" : "conv_norm_sum";
      CHECK_THAT(said, ContainsSubstring(op + " in " + layer_of(name) + " ("));
      CHECK_THAT(said,
                 ContainsSubstring(", the parameter " + name + ", has " + (injected == kInfinity ? "an inf" : "a nan") +
                                   " already: element " + std::to_string(at) + " of " + before.shape().text()));
      parameter.set_value(before);
      ++places;
    }
    CHECK(anomaly_of_step(*network, images) == "");
  }
  CHECK(places == 84);
}

TEST_CASE("anomaly: running statistics that are not finite are named with their layer", "[layers]") {
  const auto network = small_network();
  network->eval();
  const Variable images = random_images({2, 32, 32, 3});
  size_t places = 0;
  const auto sound = state(*network);
  for (const auto& [name, tensor] : sound) {
    if (name.find("running_") == std::string::npos) continue;
    CAPTURE(name);
    auto damaged = state(*network);
    damaged.at(name)[1] = kNan;
    load_state(*network, damaged);
    const std::string said = anomaly_of_step(*network, images);
    CHECK_THAT(said, ContainsSubstring("norm_sum in " + layer_of(name) + " ("));
    CHECK_THAT(said, ContainsSubstring("inputs are finite, but the layer's " + name.substr(11) + " is not"));
    load_state(*network, sound);
    ++places;
  }
  CHECK(places == 28);
  CHECK(anomaly_of_step(*network, images) == "");
}

TEST_CASE("anomaly: an image that is not finite is no parameter", "[layers]") {
  const auto network = small_network();
  Tensor images = random_normal({2, 32, 32, 3}, Random(3, 0));
  images[7] = kInfinity;
  const std::string said = anomaly_of_step(*network, Variable(images));
  CHECK_THAT(said, ContainsSubstring("conv_norm_sum in stages.0.0 (RepVggBlock 3 -> 4) gave "));
  CHECK_THAT(said, ContainsSubstring("; its input 0 has an inf already: element 7 of [2 32 32 3]"));
}

TEST_CASE("anomaly: the op that made it of finite numbers is named, with the layer", "[layers]") {
  const std::string inputs_are_finite = "; all of its inputs are finite";
  CHECK(anomaly_of(log, {1, 0}) == "log in 1 (OpLayer) gave an inf: element 1 of its result [2]" + inputs_are_finite);
  CHECK(anomaly_of(exp, {100000, 1}) ==
        "exp in 1 (OpLayer) gave an inf: element 0 of its result [2]" + inputs_are_finite);
  CHECK(anomaly_of(enlarge, {1, 5}) ==
        "scale in 1 (OpLayer) gave an inf: element 1 of its result [2]" + inputs_are_finite);
  CHECK(anomaly_of(square, {kLarge, 1}) ==
        "multiply in 1 (OpLayer) gave an inf: element 0 of its result [2]" + inputs_are_finite);
  CHECK(anomaly_of(exp, {1, 2}) == "");

  const auto network = small_network();
  const AnomalyGuard guard(*network);
  CHECK_THROWS_WITH(
      log(Variable(Tensor::zeros({1}))),
      "log, outside of the network's layers, gave an inf: element 0 of its result [1]" + inputs_are_finite);
}

TEST_CASE("anomaly: so is the op whose gradient is the first that is not finite", "[layers]") {
  // ln of the smallest number is finite, its derivative is not.
  CHECK(anomaly_of(log, {1, kTiny}) ==
        "backward of log in 1 (OpLayer) gave an inf: element 1 of the gradient of its "
        "input 0 [2]; all of its inputs are finite");

  // Two factors whose product overflows; the second op backwards is the first layer's.
  Sequential network;
  network.add<OpLayer>(enlarge);
  network.add<OpLayer>(enlarge);
  const AnomalyGuard guard(network);
  const Variable y = network(Variable(Tensor::full({2}, 1 / kLarge), true));
  CHECK_THROWS_WITH(sum(y).backward(),
                    "backward of scale in 0 (OpLayer) gave an inf: element 0 of the gradient of its "
                    "input 0 [2]; all of its inputs are finite");
}

TEST_CASE("anomaly: each kind of op is named where it overflows, forward and backward", "[layers]") {
  // Of two equal numbers, their product among them.
  using Op = Variable (*)(const Variable& x);
  const std::vector<std::pair<std::string, Op>> products = {
      {"multiply", square},
      {"scale_channels",
       [](const Variable& x) {
         return scale_channels(reshape(x, {1, 2}), x);
       }},
      {"matmul",
       [](const Variable& x) {
         return matmul(reshape(x, {1, 2}), reshape(x, {2, 1}));
       }},
      {"linear",
       [](const Variable& x) {
         return linear(reshape(x, {1, 2}), reshape(x, {2, 1}), {});
       }},
      {"conv2d",
       [](const Variable& x) {
         return conv2d(reshape(x, {1, 1, 1, 2}), reshape(x, {1, 1, 2, 1}), {});
       }},
      {"compose_kernels",
       [](const Variable& x) {
         return compose_kernels(reshape(x, {1, 1, 1, 2}), reshape(x, {1, 1, 2, 1}));
       }},
      {"batch_norm",
       [](const Variable& x) {
         const ChannelStatistics unit{Tensor::zeros({2}), Tensor::full({2}, 1)};
         return batch_norm(reshape(x, {1, 2}), x, x, unit, StatisticsOf::running, Real(1e-5));
       }},
  };
  std::vector<std::pair<std::string, Op>> forward = products, backward = products;
  forward.insert(
      forward.end(),
      {
          {"add", [](const Variable& x) { return add(x, x); }},
          {"subtract", [](const Variable& x) { return subtract(x, scale(x, -1)); }},
          {"sum", [](const Variable& x) { return sum(x); }},
          {"add_bias",
           [](const Variable& x) {
             return add_bias(reshape(x, {1, 2}), x);
           }},
          {"softmax_cross_entropy",
           [](const Variable& x) {
             return softmax_cross_entropy(reshape(multiply(x, Variable(Tensor::from({2}, {1, -1}))), {1, 2}), {1});
           }},
      });
  backward.insert(backward.end(), {
                                      {"scale", [](const Variable& x) { return scale(x, 2); }},
                                      {"exp", [](const Variable& x) { return exp(x); }},
                                      {"add_bias",
                                       [](const Variable& x) {
                                         return add_bias(reshape(x, {2, 1}), gather(x, {0}, {1}));
                                       }},
                                  });

  constexpr Real kLarger = 3 * kLarge;  // whose double is infinite
  for (const auto& [name, op] : forward) {
    CAPTURE(name);
    const std::string said = anomaly_of(op, {kLarger, kLarger});
    CHECK_THAT(said, ContainsSubstring(name + " in 1 (OpLayer) gave an inf: element 0 of its result [") &&
                         ContainsSubstring("; all of its inputs are finite"));
    CHECK(said.starts_with(name));
  }
  for (const auto& [name, op] : backward) {
    CAPTURE(name);
    Sequential network;
    network.add<OpLayer>(relu);
    network.add<OpLayer>(op);
    const AnomalyGuard guard(network);
    const Variable y = network(Variable(Tensor::full({2}, 4), true));
    CHECK_THROWS_WITH(y.backward(Tensor::full(y.shape(), kLarger)),
                      ContainsSubstring("backward of " + name +
                                        " in 1 (OpLayer) gave an inf: element 0 of the "
                                        "gradient of its input ") &&
                          ContainsSubstring("; all of its inputs are finite"));
  }
}

TEST_CASE("anomaly: a gradient that was not finite when it came is not the op's", "[layers]") {
  Sequential network;
  network.add<OpLayer>(relu);
  network.add<OpLayer>([](const Variable& x) { return add(x, x); });
  const AnomalyGuard guard(network);

  // Both gradients of the sum are finite, and added up they are not: relu meets that first.
  const Variable x(Tensor::full({2}, 1), true);
  CHECK_THROWS_WITH(network(x).backward(Tensor::full({2}, 3 * kLarge)),
                    "backward of relu in 0 (OpLayer) gave an inf: element 0 of the gradient of its input 0 [2]; the "
                    "gradient of its result has an inf already: element 0 of [2]");
  CHECK_THROWS_WITH(network(x).backward(Tensor::full({2}, kNan)),
                    "backward of add in 1 (OpLayer) gave a nan: element 0 of the gradient of its input 0 [2]; the "
                    "gradient of its result has a nan already: element 0 of [2]");
}

TEST_CASE("anomaly: in training no op reads running statistics, so they are no source", "[layers]") {
  BatchNorm2d norm(1);
  auto damaged = state(norm);
  damaged.at("running_var")[0] = kNan;
  load_state(norm, damaged);
  norm.set_gamma(kLarge);
  Tensor x = Tensor::zeros({1, 5, 5, 1});
  x[3] = 1;
  const AnomalyGuard guard(norm);
  CHECK_THROWS_WITH(norm(Variable(x)),
                    "batch_norm in the network (BatchNorm2d 1) gave an inf: element 0 of its result "
                    "[1 5 5 1]; all of its inputs are finite");
}

TEST_CASE("anomaly: a kernel that is composed is its convolution's, in training too", "[layers]") {
  Initializer initializer(1);
  ConvBlock<ExpandConv2d> block({.in = 4, .out = 4}, initializer);
  auto large = state(block);
  large.at("conv.factor1") = Tensor::full(large.at("conv.factor1").shape(), kLarge);
  load_state(block, large);
  const AnomalyGuard guard(block);
  for (const bool training : {true, false}) {
    block.train(training);
    CHECK_THROWS_WITH(block(random_images({2, 8, 8, 4})),
                      ContainsSubstring("compose_kernels in conv (ExpandConv2d 3x3, 4 -> 4, padding 1") &&
                          ContainsSubstring("; all of its inputs are finite"));
  }
}

TEST_CASE("anomaly: a guard changes no bit, and ends with its scope", "[layers]") {
  const auto guarded = small_network(), plain = small_network();
  const Variable images = random_images({2, 32, 32, 3});
  CHECK(anomaly_of_step(*guarded, images) == "");
  loss_of(*plain, images).backward();
  CHECK(bit_equal(state(*guarded), state(*plain)));
  const auto of_guarded = parameters(*guarded), of_plain = parameters(*plain);
  for (size_t i = 0; i < of_plain.size(); ++i) {
    CHECK(of_guarded[i].grad().to_vector() == of_plain[i].grad().to_vector());
  }

  CHECK_THROWS_AS(
      [&] {
        const AnomalyGuard guard(*plain);
        log(Variable(Tensor::zeros({1})));
      }(),
      Anomaly);
  CHECK_NOTHROW(log(Variable(Tensor::zeros({1}))));
}
