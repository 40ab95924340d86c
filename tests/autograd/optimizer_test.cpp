#include "autograd/optim/optimizer.h"

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "autograd/optim/adamw.h"
#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/autograd/support.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// The values of a parameter that starts at 1 after each of the gradients.
std::vector<double> path(Variable& w, Optimizer& optimizer, const std::vector<Real>& gradients) {
  std::vector<double> values;
  for (const Real gradient : gradients) {
    give_gradient(w, Tensor::full({1}, gradient));
    optimizer.step();
    values.push_back(double{w.value()[0]});
  }
  return values;
}

std::vector<double> sgd_path(double weight_decay, const SgdOptions& options) {
  Variable w = parameter({1});
  Sgd sgd({{{w}, 0.5, weight_decay}}, options);
  return path(w, sgd, {1, 2, -1});
}

}  // namespace

// All numbers of the SGD cases are short in binary: by hand, and exact.

TEST_CASE("Sgd: three plain steps", "[autograd]") { CHECK(sgd_path(0, {}) == std::vector<double>{0.5, -0.5, 0}); }

TEST_CASE("Sgd: weight decay adds to the gradient", "[autograd]") {
  // g = 1 + 0.5, 2 + 0.125, -1 - 0.40625
  CHECK(sgd_path(0.5, {}) == std::vector<double>{0.25, -0.8125, -0.109375});
}

TEST_CASE("Sgd: momentum begins with the first gradient", "[autograd]") {
  // v = 1, 2.5, 0.25
  CHECK(sgd_path(0, {.momentum = 0.5}) == std::vector<double>{0.5, -0.75, -0.875});
}

TEST_CASE("Sgd: Nesterov looks one step of momentum ahead", "[autograd]") {
  // g + 0.5 v = 1.5, 3.25, -0.875
  CHECK(sgd_path(0, {.momentum = 0.5, .nesterov = true}) == std::vector<double>{0.25, -1.375, -0.9375});
}

TEST_CASE("Sgd: Nesterov with weight decay", "[autograd]") {
  // g = 1.5, 1.9375, -1.8828125;  v = 1.5, 2.6875, -0.5390625;  g + 0.5 v = 2.25, 3.28125, -2.15234375
  CHECK(sgd_path(0.5, {.momentum = 0.5, .nesterov = true}) == std::vector<double>{-0.125, -1.765625, -0.689453125});
}

TEST_CASE("AdamW: three steps with decoupled decay", "[autograd]") {
  Variable w = parameter({1});
  AdamW adamw({{{w}, 0.5, 0.1}}, {.beta1 = 0.5, .beta2 = 0.75, .eps = 1});
  const std::vector<double> values = path(w, adamw, {2, -1, 4});
  const double tolerance = sizeof(Real) == 8 ? 1e-14 : 1e-6;
  // m and v with their biases taken out: 2 and 4; 0 and 16 / 7; 16 / 7 and 304 / 37.
  const double first = 1 - 0.5 * (2.0 / 3 + 0.1), second = first * (1 - 0.05);
  const double third = second * (1 - 0.05) - 0.5 * (16.0 / 7) / (std::sqrt(304.0 / 37) + 1);
  CHECK(values[0] == Approx(first).epsilon(tolerance));
  CHECK(values[1] == Approx(second).epsilon(tolerance));
  CHECK(values[2] == Approx(third).epsilon(tolerance));
}

TEST_CASE("AdamW: the first step moves every parameter by the rate, whatever the size of its gradient", "[autograd]") {
  for (const Real gradient : {Real(1e-3), Real(-50), Real(7e5)}) {
    Variable w = parameter({0});
    AdamW adamw({{{w}, 0.25, 0}});
    const double moved = path(w, adamw, {gradient})[0];
    CHECK(moved == Approx(gradient > 0 ? -0.25 : 0.25).epsilon(1e-4));
  }
}

TEST_CASE("optimizer: each group has its own rate and decay, the schedule scales all rates", "[autograd]") {
  Variable fast = parameter({1}), slow = parameter({1}), decayed = parameter({1});
  Sgd sgd({{{fast}, 1, 0}, {{slow, decayed}, 0.25, 0.5}});
  for (Variable* w : {&fast, &slow}) give_gradient(*w, Tensor::full({1}, 1));
  give_gradient(decayed, Tensor::full({1}, 0));
  sgd.step(0.5);
  CHECK(fast.value()[0] == 0.5);
  CHECK(slow.value()[0] == Real(1 - 0.125 * 1.5));
  CHECK(decayed.value()[0] == Real(1 - 0.125 * 0.5));
  sgd.step(0);
  CHECK(fast.value()[0] == 0.5);
}

TEST_CASE("optimizer: a parameter without a gradient stays, decay or not, and so does its state", "[autograd]") {
  Variable moved = parameter({1}), still = parameter({1});
  Sgd sgd({{{still, moved}, 0.5, 0.5}}, {.momentum = 0.5});
  AdamW adamw({{{still, moved}, 0.5, 0.5}});
  give_gradient(moved, Tensor::full({1}, 1));
  sgd.step();
  adamw.step();
  CHECK(still.value()[0] == 1);
  CHECK(moved.value()[0] < 1);
  CHECK(sgd.state().at("momentum.0")[0] == 0);
  CHECK(sgd.state().at("momentum.1")[0] == 1.5);
  CHECK(adamw.state().at("steps.0").item() == 0);
  CHECK(adamw.state().at("steps.1").item() == 1);
}

TEST_CASE("optimizer: a step moves the value in place and leaves the gradient as it is", "[autograd]") {
  Variable w(Tensor::from({2}, {1, 2}), true);
  const Real* const buffer = w.value().data();
  Sgd sgd({{{w}, 0.5, 0}}, {.momentum = 0.5});
  give_gradient(w, Tensor::from({2}, {2, 4}));
  sgd.step();
  const Tensor held = w.value();
  CHECK(held.data() == buffer);
  sgd.step();
  CHECK(w.grad().to_vector() == std::vector<Real>{2, 4});
  CHECK(w.value().to_vector() == std::vector<Real>{Real(-1.5), -3});
  CHECK(held.to_vector() == std::vector<Real>{0, 0});  // what is held stays
  sgd.clear_grads();
  CHECK_FALSE(w.grad().defined());
  sgd.step();
  CHECK(w.value().to_vector() == std::vector<Real>{Real(-1.5), -3});
}

TEST_CASE("optimizer: a long parameter moves as its parts would", "[autograd]") {
  constexpr int64_t kSize = 40'000, kHead = 25'000;
  const Tensor start = random_normal({kSize}, Random(1, 0)), gradient = random_normal({kSize}, Random(1, 1));
  const auto part = [&](const Tensor& whole, int64_t begin, int64_t end) {
    return Tensor::from({end - begin}, std::vector<Real>(whole.data() + begin, whole.data() + end));
  };
  for (const bool adam : {false, true}) {
    Variable whole(start.clone(), true), head(part(start, 0, kHead), true), tail(part(start, kHead, kSize), true);
    const std::vector<ParameterGroup> groups{{{whole, head, tail}, 0.1, 0.01}};
    std::unique_ptr<Optimizer> optimizer = std::make_unique<Sgd>(groups, SgdOptions{.momentum = 0.9});
    if (adam) optimizer = std::make_unique<AdamW>(groups);
    give_gradient(whole, gradient);
    give_gradient(head, part(gradient, 0, kHead));
    give_gradient(tail, part(gradient, kHead, kSize));
    for (int step = 0; step < 3; ++step) optimizer->step();
    const Real tolerance = sizeof(Real) == 8 ? Real(1e-14) : Real(1e-6);
    CHECK(max_abs_difference(part(whole.value(), 0, kHead), head.value()) <= tolerance);
    CHECK(max_abs_difference(part(whole.value(), kHead, kSize), tail.value()) <= tolerance);
  }
}

TEST_CASE("optimizer: equal bits for any number of threads", "[autograd]") {
  const int before = threads();
  const Tensor start = random_normal({50'000}, Random(1, 0)), gradient = random_normal({50'000}, Random(1, 1));
  const auto train = [&](int count, bool adam) {
    set_threads(count);
    Variable w(start.clone(), true);
    const std::vector<ParameterGroup> groups{{{w}, 0.1, 0.01}};
    std::unique_ptr<Optimizer> optimizer = std::make_unique<Sgd>(groups, SgdOptions{.momentum = 0.9, .nesterov = true});
    if (adam) optimizer = std::make_unique<AdamW>(groups);
    give_gradient(w, gradient);
    for (int step = 0; step < 3; ++step) optimizer->step();
    return w.value();
  };
  for (const bool adam : {false, true}) {
    const Tensor alone = train(1, adam);
    CHECK(max_abs_difference(alone, start) > 0);
    CHECK(max_abs_difference(alone, train(2, adam)) == 0);
    CHECK(max_abs_difference(alone, train(3, adam)) == 0);
  }
  set_threads(before);
}

TEST_CASE("optimizer: what makes no sense is refused", "[autograd]") {
  const Variable w = parameter({1}), data(Tensor::zeros({1}));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(Sgd({{{w}, -0.1, 0}}), ContainsSubstring("Sgd: learning rate -0.1"));
  CHECK_THROWS_AS(Sgd({{{w}, infinity, 0}}), Error);
  CHECK_THROWS_AS(Sgd({{{w}, std::nan(""), 0}}), Error);
  CHECK_THROWS_WITH(Sgd({{{w}, 0.1, -1}}), ContainsSubstring("weight decay -1"));
  CHECK_THROWS_WITH(Sgd({{{w}, 0.1, 0}}, {.momentum = 1}), ContainsSubstring("momentum 1 must be"));
  CHECK_THROWS_AS(Sgd({{{w}, 0.1, 0}}, {.momentum = -0.1}), Error);
  CHECK_THROWS_WITH(Sgd({{{w}, 0.1, 0}}, {.nesterov = true}), ContainsSubstring("needs a momentum"));
  CHECK_THROWS_WITH(Sgd(std::vector<ParameterGroup>{}), ContainsSubstring("no parameters"));
  CHECK_THROWS_WITH(Sgd({{{w}, 0.1, 0}, {{w}, 0.2, 0}}), ContainsSubstring("listed twice"));
  CHECK_THROWS_WITH(Sgd({{{w, data}, 0.1, 0}}), ContainsSubstring("parameter 1 is not a leaf"));
  CHECK_THROWS_AS(Sgd({{{Variable()}, 0.1, 0}}), Error);
  CHECK_THROWS_WITH(AdamW({{{w}, 0.1, 0}}, {.beta1 = 1}), ContainsSubstring("AdamW: beta1 1"));
  CHECK_THROWS_WITH(AdamW({{{w}, 0.1, 0}}, {.beta2 = -0.5}), ContainsSubstring("beta2 -0.5"));
  CHECK_THROWS_WITH(AdamW({{{w}, 0.1, 0}}, {.eps = 0}), ContainsSubstring("eps 0"));
  Sgd sgd({{{w}, 0.1, 0}});
  CHECK_THROWS_WITH(sgd.step(-1), ContainsSubstring("rate scale -1"));
  CHECK_THROWS_AS(sgd.step(std::nan("")), Error);
}
