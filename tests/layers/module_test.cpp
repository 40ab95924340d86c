#include "layers/module.h"

#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/fold/repvgg_block.h"
#include "layers/inspect/summary.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// Convolution and batch norm, then an inner sequence of ReLU, pooling and a linear layer.
std::unique_ptr<Sequential> small_network(uint64_t seed) {
  Initializer initializer(seed);
  auto network = std::make_unique<Sequential>();
  network->add<Conv2d>(Conv2dOptions{.in = 3, .out = 4, .args = conv2d_args(1, 1)}, initializer);
  network->add<BatchNorm2d>(4);
  auto& head = network->add<Sequential>();
  head.add<Relu>();
  head.add<GlobalAvgPool>();
  head.add<Linear>(4, 2, initializer);
  return network;
}

}  // namespace

TEST_CASE("module: names are paths, in the order of computing", "[layers]") {
  const auto network = small_network(1);

  std::vector<std::string> parameter_names, module_names;
  for (const auto& parameter : named_parameters(*network)) parameter_names.push_back(parameter.name);
  for (const auto& below : named_modules(*network)) module_names.push_back(below.name);
  CHECK(parameter_names == std::vector<std::string>{"0.weight", "1.weight", "1.bias", "2.2.weight", "2.2.bias"});
  CHECK(module_names == std::vector<std::string>{"", "0", "1", "2", "2.0", "2.1", "2.2"});
  CHECK(parameters(*network).size() == parameter_names.size());
  for (const Variable& parameter : parameters(*network)) CHECK(parameter.requires_grad());
  CHECK(own_parameters(*network).empty());
  REQUIRE(own_parameters((*network)[1]).size() == 2);
  CHECK(own_parameters((*network)[1])[1].name == "bias");
  CHECK(own_parameters((*network)[1])[1].value.is(named_parameters(*network)[2].value));

  std::vector<std::string> state_names;
  for (const auto& [name, tensor] : state(*network)) state_names.push_back(name);
  CHECK(state_names == std::vector<std::string>{"0.weight", "1.bias", "1.running_mean", "1.running_var", "1.weight",
                                                "2.2.bias", "2.2.weight"});
}

TEST_CASE("module: train and eval reach every module below", "[layers]") {
  const auto network = small_network(1);
  const auto modes = [&network] {
    std::vector<bool> all;
    for (const auto& below : named_modules(*network)) all.push_back(below.module->training());
    return all;
  };
  const std::vector<bool> all_training(7, true), all_evaluating(7, false);
  CHECK(modes() == all_training);
  network->eval();
  CHECK(modes() == all_evaluating);
  network->train();
  CHECK(modes() == all_training);

  Initializer initializer(1);
  RepVggBlock block(4, 4, 1, initializer);
  block.eval();
  for (const auto& below : named_modules(block)) CHECK_FALSE(below.module->training());
}

TEST_CASE("evaluation mode: afterwards each module has its own mode again", "[layers]") {
  const auto network = small_network(1);
  (*network)[1].eval();  // a frozen batch norm in a network that trains
  {
    const EvaluationMode evaluation(*network);
    for (const auto& below : named_modules(*network)) CHECK_FALSE(below.module->training());
  }
  for (const auto& below : named_modules(*network)) CHECK(below.module->training() == (below.name != "1"));

  network->eval();
  { const EvaluationMode evaluation(*network); }
  CHECK_FALSE(network->training());
}

TEST_CASE("state: loaded into another network, both compute the same bits", "[layers]") {
  const auto from = small_network(1), to = small_network(2);
  randomize(*from, 3);
  from->eval();
  to->eval();
  const Variable x = random_images({2, 5, 6, 3});
  CHECK(from->forward(x).value().to_vector() != to->forward(x).value().to_vector());
  load_state(*to, state(*from));
  CHECK(from->forward(x).value().to_vector() == to->forward(x).value().to_vector());

  // A copy, not a share: what happens to one does not happen to the other.
  const auto before = state(*to);
  for (Variable parameter : parameters(*from)) parameter.mutable_value()[0] += 1;
  CHECK(bit_equal(state(*to), before));
}

TEST_CASE("state: an optimizer's handles stay on the parameters that a state was loaded into", "[layers]") {
  const auto network = small_network(1);
  const std::vector<Variable> handles = parameters(*network);
  load_state(*network, state(*small_network(2)));
  CHECK(handles[0].value().to_vector() == parameters(*small_network(2))[0].value().to_vector());
}

TEST_CASE("state: on any mismatch nothing is loaded and the differences are listed", "[layers]") {
  const auto network = small_network(1);
  const auto before = state(*network);

  auto wrong = state(*small_network(2));
  wrong.erase("0.weight");
  wrong.erase("2.2.bias");
  wrong["3.weight"] = Tensor::zeros({5});
  wrong["1.bias"] = Tensor::zeros({9});
  const std::string message = error_of([&] { load_state(*network, wrong); });
  CHECK_THAT(message, ContainsSubstring("missing      0.weight [3 3 3 4]"));
  CHECK_THAT(message, ContainsSubstring("missing      2.2.bias [2]"));
  CHECK_THAT(message, ContainsSubstring("unexpected   3.weight [5]"));
  CHECK_THAT(message, ContainsSubstring("wrong shape  1.bias [9], expected [4]"));
  CHECK_THAT(message, ContainsSubstring("Sequential, 3 layers"));
  CHECK_THAT(message, ContainsSubstring("make the network that the state was saved from"));
  CHECK(bit_equal(state(*network), before));
}

TEST_CASE("summary: a line a module, indented, with the parameters in it", "[layers]") {
  const auto network = small_network(1);
  CHECK(summary(*network) ==
        "Sequential, 3 layers                126\n"
        "  0: Conv2d 3x3, 3 -> 4, padding 1  108\n"
        "  1: BatchNorm2d 4                    8\n"
        "  2: Sequential, 3 layers            10\n"
        "    0: Relu\n"
        "    1: GlobalAvgPool\n"
        "    2: Linear 4 -> 2                 10\n");
}

TEST_CASE("modules at work: those whose call is under way, the innermost last, after an exception none", "[layers]") {
  class Witness : public Relu {
   public:
    Variable forward(const Variable& x) override {
      seen = modules_at_work();
      check(x.value()[0] > 0, "refused");
      return x;
    }
    std::vector<const Module*> seen;
  };
  Sequential network;
  Witness& witness = network.add<Witness>();
  network(Variable(Tensor::full({1}, 1)));
  CHECK(witness.seen == std::vector<const Module*>{&network, &witness});
  CHECK_THROWS_WITH(network(Variable(Tensor::zeros({1}))), "refused");
  CHECK(modules_at_work().empty());
}
