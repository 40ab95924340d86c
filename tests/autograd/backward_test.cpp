#include <vector>

#include "autograd/ops.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "tests/autograd/support.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("backward: a result used twice gets the sum of both gradients before it passes it on", "[autograd]") {
  // A recursion that passes each part on at once would visit b twice and give 8.
  const Variable a = number(3);
  const Variable b = add(a, a);
  const Variable c = add(b, b);
  c.backward();
  CHECK(c.value().item() == 12);
  CHECK(a.grad().item() == 4);
}

TEST_CASE("backward: the two ways through a diamond add up", "[autograd]") {
  const Variable x = number(Real(0.5));
  const Variable left = multiply(x, x);
  const Variable right = scale(x, 3);
  multiply(left, right).backward();  // 3 x^3
  CHECK(x.grad().item() == Real(2.25));

  // Ways of different length: the long one must be complete before x's producer has its turn.
  const Variable y = number(2);
  const Variable base = multiply(y, y);
  Variable longer = base;
  for (int i = 0; i < 5; ++i) longer = scale(longer, 2);
  add(base, longer).backward();  // 33 y^2
  CHECK(y.grad().item() == 132);
}

TEST_CASE("backward: every node has one turn, however many ways lead through it", "[autograd]") {
  // f(n) = f(n - 1) + f(n - 2): a walk along every way would take 1.3 million turns.
  int turns = 0;
  const auto counted = [&turns](const Variable& a, const Variable& b) {
    return record("fibonacci", add(a.value(), b.value()), {a, b}, [&turns](const Tensor& dy) -> Grads {
      ++turns;
      return {dy, dy};
    });
  };
  const Variable x = number(1);
  Variable previous = x, last = scale(x, 1);
  for (int n = 2; n <= 29; ++n) previous = std::exchange(last, counted(last, previous));
  last.backward();
  CHECK(turns == 28);
  CHECK(last.value().item() == 832040);
  CHECK(x.grad().item() == 832040);
}

TEST_CASE("backward: a leaf adds up gradients over calls until it is cleared", "[autograd]") {
  Variable x = parameter({1, 2});
  CHECK_FALSE(x.grad().defined());
  sum(scale(x, 2)).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{2, 2});
  sum(multiply(x, x)).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{4, 6});
  x.clear_grad();
  CHECK_FALSE(x.grad().defined());
  sum(scale(x, 5)).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{5, 5});
}

TEST_CASE("backward: gradients that share a buffer never change each other", "[autograd]") {
  const Variable a = parameter({1, 2}), b = parameter({3, 4});
  const Tensor dy = Tensor::from({2}, {10, 20});
  add(a, b).backward(dy);  // both leaves and dy may share one buffer now
  sum(a).backward();
  add(b, b).backward(dy);
  CHECK(a.grad().to_vector() == std::vector<Real>{11, 21});
  CHECK(b.grad().to_vector() == std::vector<Real>{30, 60});
  CHECK(dy.to_vector() == std::vector<Real>{10, 20});
}

TEST_CASE("backward: a given gradient weights the elements, without one the result is a single number", "[autograd]") {
  const Variable x = parameter({1, 2, 3});
  multiply(x, x).backward(Tensor::from({3}, {1, 10, 100}));
  CHECK(x.grad().to_vector() == std::vector<Real>{2, 40, 600});

  CHECK_THROWS_WITH(multiply(x, x).backward(),
                    ContainsSubstring("[3] has 3 elements") && ContainsSubstring("sum or mean"));
  CHECK_THROWS_WITH(multiply(x, x).backward(Tensor::zeros({2})), ContainsSubstring("backward: got gradient [2]"));
  CHECK_THROWS_WITH(number(1).backward(Tensor()), ContainsSubstring("backward: got gradient"));
}

TEST_CASE("backward: a leaf is its own gradient's end", "[autograd]") {
  const Variable x = number(7);
  x.backward();
  x.backward();
  CHECK(x.grad().item() == 2);
}

TEST_CASE("backward: refused where nothing requires a gradient", "[autograd]") {
  const Variable data(Tensor::full({}, 2));
  CHECK_THROWS_WITH(data.backward(), ContainsSubstring("requires a gradient"));
  CHECK_THROWS_WITH(multiply(data, data).backward(), ContainsSubstring("requires a gradient"));
  CHECK_THROWS_AS(Variable().backward(), Error);

  const Variable x = number(2);
  const NoGrad no_grad;
  CHECK_THROWS_WITH(multiply(x, x).backward(), ContainsSubstring("NoGrad"));
}

TEST_CASE("backward: intermediate results keep no gradient, data gets none", "[autograd]") {
  const Variable x = number(2), data(Tensor::full({}, 5));
  const Variable h = multiply(x, data);
  sum(h).backward();
  CHECK(x.grad().item() == 5);
  CHECK_FALSE(h.grad().defined());
  CHECK_FALSE(data.grad().defined());
}

TEST_CASE("backward: a second run over a freed history is refused, and changes nothing", "[autograd]") {
  const Variable x = number(2);
  const Variable h = relu(x);
  const Variable first = scale(h, 3), second = scale(h, 4);
  first.backward();
  CHECK_THROWS_WITH(first.backward(), ContainsSubstring("scale was freed") && ContainsSubstring("forward pass again"));
  CHECK_THROWS_WITH(second.backward(), ContainsSubstring("history of relu was freed"));
  CHECK_THROWS_WITH(add(scale(x, 1), h).backward(), ContainsSubstring("history of relu was freed"));
  CHECK(x.grad().item() == 3);
}

TEST_CASE("backward: an op's wrong gradients are refused with its name", "[autograd]") {
  const Variable x = parameter({1, 2});
  const auto run = [&x](Backward backward) { identity(x, std::move(backward), "my_op").backward(Tensor::zeros({2})); };
  CHECK_THROWS_WITH(run([](const Tensor&) -> Grads { return {Tensor::zeros({3})}; }),
                    ContainsSubstring("my_op: returned gradient [3] for input 0 of shape [2]"));
  CHECK_THROWS_WITH(run([](const Tensor&) -> Grads { return {Tensor::zeros({2, 1})}; }), ContainsSubstring("[2 1]"));
  CHECK_THROWS_WITH(run([](const Tensor& dy) -> Grads {
                      return {dy, dy};
                    }),
                    ContainsSubstring("my_op") && ContainsSubstring("2 gradients for 1 input"));
  CHECK_THROWS_WITH(run([](const Tensor&) -> Grads { return {}; }), ContainsSubstring("0 gradients for 1 input"));
  CHECK_THROWS_WITH(run([](const Tensor&) -> Grads { return {Tensor()}; }),
                    ContainsSubstring("my_op") && ContainsSubstring("no gradient for input 0"));
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("backward: an input that requires no gradient may get none or one of any shape", "[autograd]") {
  const Variable x = number(3), data(Tensor::full({2}, 1));
  for (const Tensor& given : {Tensor(), Tensor::zeros({7})}) {
    const Backward backward = [given](const Tensor& dy) -> Grads { return {given, dy}; };
    record("my_op", Tensor::full({}, 1), {data, x}, backward).backward();
    CHECK_FALSE(data.grad().defined());
  }
  CHECK(x.grad().item() == 2);
}
