#include <memory>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/memory.h"
#include "core/random.h"
#include "tests/autograd/support.h"
#include "tests/catch.h"
#include "tests/sanitizers.h"

using namespace onefold;

TEST_CASE("backward: the history goes on the way, each op's memory before the next op's turn", "[autograd]") {
  const Variable x = number(1);
  auto memory_of_last = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = memory_of_last;
  bool freed_before = false;
  Variable y = identity(x, [&](const Tensor& dy) -> Grads {
    freed_before = watch.expired();
    return {dy};
  });
  y = identity(y, [kept = std::move(memory_of_last)](const Tensor& dy) -> Grads { return {dy}; });
  REQUIRE_FALSE(watch.expired());
  y.backward();
  CHECK(freed_before);
}

TEST_CASE("backward: no graph node is alive afterwards, though the result is", "[autograd]") {
  const Variable x = parameter({1, 2, 3});
  std::vector<std::weak_ptr<Node>> nodes;
  Variable y = x;
  for (int i = 0; i < 10; ++i) {
    y = add(tanh(y), x);
    nodes.push_back(y.node());
    nodes.push_back(y.node()->inputs[0].node());
  }
  const Variable loss = sum(y);
  y = Variable();
  for (const auto& node : nodes) REQUIRE_FALSE(node.expired());
  loss.backward();
  for (const auto& node : nodes) CHECK(node.expired());
  CHECK(loss.node()->inputs.empty());
  CHECK(loss.node()->backward == nullptr);
}

TEST_CASE("backward: a graph that is never run backwards goes with its result", "[autograd]") {
  const Variable x = parameter({1, 2, 3});
  std::weak_ptr<Node> node;
  {
    const Variable y = multiply(exp(x), exp(x));
    node = y.node()->inputs[1].node();
    CHECK_FALSE(node.expired());
  }
  CHECK(node.expired());
}

TEST_CASE("backward: a chain of a million nodes fits on the stack, run or not", "[autograd]") {
  const Variable x = number(1);
  const auto chain = [&x](auto&& make_backward) {
    Variable y = x;
    for (int i = 0; i < repeats(1'000'000); ++i) y = identity(y, make_backward(y));
    return y;
  };
  const auto pass_on = [](const Variable&) { return [](const Tensor& dy) -> Grads { return {dy}; }; };

  SECTION("run backwards") {
    chain(pass_on).backward();
    CHECK(x.grad().item() == 1);
  }
  SECTION("never run") {
    const std::weak_ptr<Node> last = chain(pass_on).node();
    CHECK(last.expired());
  }
  SECTION("never run, each op holding on to its input") {
    const std::weak_ptr<Node> last =
        chain([](const Variable& y) { return [y](const Tensor& dy) -> Grads { return {dy}; }; }).node();
    CHECK(last.expired());
  }
}

TEST_CASE("backward: memory does not grow over 1,900 steps", "[autograd]") {
  const Random random(1, 0);
  const Variable w1(random_normal({6, 8}, random), true), w2(random_normal({8, 3}, random), true);
  const Variable x(random_normal({5, 6}, random));
  Sgd sgd({{{w1, w2}, 0.01, 0}}, {.momentum = 0.9, .nesterov = true});
  const auto step = [&] {
    sgd.clear_grads();
    const Variable h = relu(matmul(x, w1));
    softmax_cross_entropy(matmul(h, w2), {0, 1, 2, 0, 1}).backward();
    sgd.step();
  };
  step();
  const MemoryUsage before = memory_usage();
  for (int i = 0; i < 1900; ++i) step();
  const MemoryUsage after = memory_usage();
  CHECK(after.live == before.live);
  CHECK(after.live + after.pooled == before.live + before.pooled);
}
