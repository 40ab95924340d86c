#include <cstring>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/parallel.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

bool equal_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(Real)) == 0;
}

/// Everything that a few steps of training compute: every loss, every gradient, and the state at the end.
std::map<std::string, Tensor> train(int thread_count) {
  set_threads(thread_count);
  Initializer initializer(3);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  Sgd optimizer({{parameters(network), 0.05, 5e-4}}, {0.9, true});
  std::map<std::string, Tensor> computed;
  for (int step = 0; step < 3; ++step) {
    const std::string prefix = "step " + std::to_string(step) + " ";
    const Variable images(random_normal({7, 32, 32, 3}, Random(5, static_cast<uint64_t>(step))));
    optimizer.clear_grads();
    const Variable loss = softmax_cross_entropy(network(images), {3, 1, 4, 1, 5, 9, 2}, Real(0.1));
    loss.backward();
    computed[prefix + "loss"] = loss.value();
    for (const auto& [name, parameter] : named_parameters(network)) {
      computed[prefix + "gradient of " + name] = parameter.grad().clone();
    }
    optimizer.step();
  }
  for (const auto& [name, value] : state(network)) computed[name] = value;
  return computed;
}

}  // namespace

TEST_CASE("training: losses, gradients and weights have equal bits for 1, 2, 3 and 5 threads", "[layers]") {
  const int before = threads();
  const std::map<std::string, Tensor> one = train(1);
  for (const int count : {2, 3, 5}) {
    const std::map<std::string, Tensor> several = train(count);
    REQUIRE(several.size() == one.size());
    for (const auto& [name, value] : one) {
      INFO(count << " threads: " << name);
      CHECK(equal_bits(value, several.at(name)));
      CHECK(max_abs(value) < 100);  // training did not diverge into equal infinities
    }
  }
  set_threads(before);
}
