#include "layers/models/repvgg.h"
#include "tests/reference.h"
#include "tests/training.h"

using namespace onefold;

namespace {

std::map<std::string, Tensor> stored_state(const nlohmann::json& stored) {
  std::map<std::string, Tensor> state;
  for (const auto& [name, value] : stored.items()) state[name] = reference_tensor(value);
  return state;
}

}  // namespace

TEST_CASE("reference: ten training losses of a RepVGG, and its logits after them, are PyTorch's", "[layers]") {
  const auto stored = reference_values("ten_losses");
  Initializer initializer(0);
  RepVgg network({"reference", stored.at("depths"), stored.at("widths")}, 10, initializer);
  load_state(network, stored_state(stored.at("state")));
  Sgd optimizer(parameter_groups(network, stored.at("rate"), stored.at("weight_decay")),
                {stored.at("momentum"), true});

  // In float rounding grows from step to step: to 1e-6 after ten.
  const double tolerance = sizeof(Real) == 8 ? 1e-8 : 2e-5;
  const auto losses = stored.at("losses").get<std::vector<double>>();
  REQUIRE(losses.size() == 10);
  for (size_t step = 0; step < losses.size(); ++step) {
    INFO("step " << step);
    const Variable images(reference_tensor(stored.at("images")[step % 2]));
    const auto labels = stored.at("labels")[step % 2].get<std::vector<int>>();
    optimizer.clear_grads();
    const Variable loss = softmax_cross_entropy(network(images), labels, stored.at("smoothing"));
    loss.backward();
    optimizer.step();
    CHECK(std::abs(static_cast<double>(loss.value().item()) - losses[step]) < tolerance);
  }

  // In evaluation mode the running statistics of ten steps count too.
  network.eval();
  const Variable images(reference_tensor(stored.at("images")[0]));
  CHECK(relative_error(network(images).value(), stored.at("logits_after")) < tolerance);
}

TEST_CASE("ten training losses fixed by a seed: a second run has the same bits, another seed has not", "[layers]") {
  const auto train = [](uint64_t seed) {
    Initializer initializer(seed);
    RepVgg network({"small", {1, 1, 1, 1, 1}, {8, 8, 8, 16, 16}}, 10, initializer);
    Sgd optimizer(parameter_groups(network, 0.05, 5e-4), {0.9, true});
    const Variable images(random_normal({8, 16, 16, 3}, Random(seed, 1000)));
    std::vector<Real> losses;
    for (int step = 0; step < 10; ++step) {
      optimizer.clear_grads();
      const Variable loss = softmax_cross_entropy(network(images), {0, 1, 2, 3, 4, 5, 6, 7}, Real(0.1));
      loss.backward();
      optimizer.step();
      losses.push_back(loss.value().item());
    }
    return losses;
  };
  const std::vector<Real> losses = train(7);
  CHECK(losses == train(7));
  CHECK(losses != train(8));
  CHECK(losses.back() < losses.front());
}
