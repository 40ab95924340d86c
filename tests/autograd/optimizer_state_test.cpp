#include <map>
#include <memory>
#include <string>
#include <vector>

#include "autograd/optim/adamw.h"
#include "autograd/optim/optimizer.h"
#include "core/random.h"
#include "tests/autograd/support.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("optimizer: a restored state continues bit for bit", "[autograd]") {
  const auto make = [](bool adam, Variable& a, Variable& b) -> std::unique_ptr<Optimizer> {
    const std::vector<ParameterGroup> groups{{{a}, 0.1, 0.01}, {{b}, 0.05, 0}};
    if (adam) return std::make_unique<AdamW>(groups);
    return std::make_unique<Sgd>(groups, SgdOptions{.momentum = 0.9, .nesterov = true});
  };
  const auto train = [](Optimizer& optimizer, Variable& a, Variable& b, int from, int to) {
    for (int step = from; step < to; ++step) {
      give_gradient(a, random_normal(a.shape(), Random(1, static_cast<uint64_t>(step))));
      give_gradient(b, random_normal(b.shape(), Random(2, static_cast<uint64_t>(step))));
      optimizer.step(1 - 0.1 * step);
    }
  };
  for (const bool adam : {false, true}) {
    Variable a(random_normal({3, 5}, Random(3, 0)), true), b(random_normal({7}, Random(3, 1)), true);
    const auto whole = make(adam, a, b);
    train(*whole, a, b, 0, 3);

    // A copy of everything at step 3, as a checkpoint holds it.
    Variable resumed_a(a.value().clone(), true), resumed_b(b.value().clone(), true);
    const std::map<std::string, Tensor> saved = whole->state();

    train(*whole, a, b, 3, 6);
    const auto resumed = make(adam, resumed_a, resumed_b);
    resumed->load_state(saved);
    train(*resumed, resumed_a, resumed_b, 3, 6);
    CHECK(max_abs_difference(a.value(), resumed_a.value()) == 0);
    CHECK(max_abs_difference(b.value(), resumed_b.value()) == 0);
  }
}

TEST_CASE("optimizer: a state of another optimizer is refused, says what differs, and changes nothing", "[autograd]") {
  Variable a(Tensor::zeros({2}), true), b(Tensor::zeros({3}), true);
  Sgd sgd({{{a, b}, 0.1, 0}}, {.momentum = 0.5});
  const std::map<std::string, Tensor> wrong{
      {"momentum.0", Tensor::full({2}, 7)}, {"momentum.1", Tensor::full({4}, 7)}, {"momentum.2", Tensor::full({1}, 7)}};
  CHECK_THROWS_WITH(sgd.load_state(wrong), ContainsSubstring("wrong shape  momentum.1 [4], expected [3]") &&
                                               ContainsSubstring("unexpected   momentum.2"));
  CHECK_THROWS_WITH(sgd.load_state({{"momentum.0", Tensor::full({2}, 7)}}),
                    ContainsSubstring("missing      momentum.1"));
  CHECK_THROWS_WITH(sgd.load_state(AdamW({{{a, b}, 0.1, 0}}).state()),
                    ContainsSubstring("missing      momentum.0") && ContainsSubstring("unexpected   first_moment.0"));
  CHECK(max_abs(sgd.state().at("momentum.0")) == 0);
  CHECK(Sgd({{{a, b}, 0.1, 0}}).state().empty());

  // What was loaded is copied: the file's tensors stay as they are.
  const std::map<std::string, Tensor> right{{"momentum.0", Tensor::full({2}, 7)}, {"momentum.1", Tensor::full({3}, 7)}};
  sgd.load_state(right);
  give_gradient(a, Tensor::full({2}, 1));
  sgd.step();
  CHECK(sgd.state().at("momentum.0")[0] == 4.5);
  CHECK(right.at("momentum.0")[0] == 7);
}
