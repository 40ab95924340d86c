#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "autograd/ops.h"
#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// Writes down every op that it sees, as "label:op".
class Recorder : public OpObserver {
 public:
  Recorder(std::string label, std::vector<std::string>& seen) : label_(std::move(label)), seen_(seen) {}
  void on_op(const std::string& name, const std::vector<Variable>&, const Variable&) override {
    seen_.push_back(label_ + ":" + name);
  }

 private:
  std::string label_;
  std::vector<std::string>& seen_;
};

}  // namespace

TEST_CASE("variable: a handle whose copies are one place in the graph", "[autograd]") {
  const Tensor value = Tensor::from({2}, {1, 2});
  const Variable x(value, true);
  const Variable same = x;
  CHECK(same.is(x));
  CHECK(same.id() == x.id());
  CHECK_FALSE(Variable(value, true).is(x));
  CHECK(x.value().data() == value.data());
  sum(same).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{1, 1});
}

TEST_CASE("variable: what is computed requires a gradient where an input does", "[autograd]") {
  const Variable parameter(Tensor::full({}, 2), true), data(Tensor::full({}, 3));
  CHECK(parameter.requires_grad());
  CHECK_FALSE(data.requires_grad());
  CHECK(add(parameter, data).requires_grad());
  CHECK(add(parameter, data).node()->name == "add");
  CHECK_FALSE(add(data, data).requires_grad());
  CHECK(add(data, data).node() == nullptr);
  CHECK(parameter.node() == nullptr);
}

TEST_CASE("variable: one without a value says so", "[autograd]") {
  const Variable none, x(Tensor::full({}, 1), true);
  CHECK_FALSE(none.defined());
  CHECK_FALSE(none.requires_grad());
  CHECK(none.node() == nullptr);
  CHECK_THROWS_WITH(none.value(), ContainsSubstring("never given a value"));
  CHECK_THROWS_WITH(none.grad(), ContainsSubstring("never given a value"));
  CHECK_THROWS_WITH(add(x, none), ContainsSubstring("never given a value"));
  CHECK_THROWS_WITH(Variable(Tensor()), ContainsSubstring("undefined tensor"));
  CHECK_THROWS_WITH(record("my_op", Tensor::full({}, 1), {x, none}, nullptr), ContainsSubstring("my_op: input 1"));
  CHECK_THROWS_WITH(record("my_op", Tensor::full({}, 1), {x}, nullptr), ContainsSubstring("has no backward"));
  CHECK_THROWS_AS(record("my_op", Tensor(), {x}, [](const Tensor& dy) -> Grads { return {dy}; }), Error);
}

TEST_CASE("set_value: replaces a leaf's value for all its handles, by one of the same shape", "[autograd]") {
  Variable x(Tensor::from({2}, {1, 2}), true);
  const Variable same = x;
  x.set_value(Tensor::from({2}, {3, 4}));
  CHECK(same.value().to_vector() == std::vector<Real>{3, 4});
  CHECK_THROWS_WITH(x.set_value(Tensor::zeros({3})), ContainsSubstring("[3]") && ContainsSubstring("[2]"));
  CHECK_THROWS_AS(x.set_value(Tensor()), Error);
  CHECK_THROWS_AS(Variable().set_value(Tensor::zeros({})), Error);
  Variable y = relu(x);
  CHECK_THROWS_WITH(y.set_value(Tensor::zeros({2})), ContainsSubstring("result of relu"));
  CHECK(same.value().to_vector() == std::vector<Real>{3, 4});
}

TEST_CASE("NoGrad: no history while one lives, on its thread alone", "[autograd]") {
  const Variable x(Tensor::full({}, 2), true);
  CHECK(grad_enabled());
  {
    const NoGrad outer;
    {
      const NoGrad inner;
      CHECK_FALSE(grad_enabled());
    }
    CHECK_FALSE(grad_enabled());
    CHECK_FALSE(relu(x).requires_grad());
    bool enabled_elsewhere = false;
    std::thread([&] { enabled_elsewhere = grad_enabled(); }).join();
    CHECK(enabled_elsewhere);
  }
  CHECK(grad_enabled());
  CHECK(relu(x).requires_grad());
}

TEST_CASE("NoGrad: what an op saves for backward goes at once", "[autograd]") {
  const Variable x(Tensor::full({}, 2), true);
  const NoGrad no_grad;
  const size_t before = memory_usage().live;
  const Variable y = exp(tanh(x));
  CHECK(memory_usage().live - before <= 2 * kBufferAlignment);  // y alone, with what the pool rounds up
}

TEST_CASE("observer: sees every op with or without history, the innermost first", "[autograd]") {
  const Variable x(Tensor::full({}, 2), true);
  std::vector<std::string> seen;
  std::optional<Recorder> outer(std::in_place, "outer", seen);
  relu(x);
  {
    const Recorder inner("inner", seen);
    const NoGrad no_grad;
    scale(x, 2);
    std::thread([&] { tanh(x); }).join();  // another thread's op
  }
  add(x, x);
  outer.reset();
  exp(x);
  CHECK(seen == std::vector<std::string>{"outer:relu", "inner:scale", "outer:scale", "outer:add"});
}

TEST_CASE("observer: those that remain still see, in whatever order others end", "[autograd]") {
  const Variable x(Tensor::full({}, 2));
  std::vector<std::string> seen;
  auto first = std::make_unique<Recorder>("first", seen);
  auto second = std::make_unique<Recorder>("second", seen);
  auto third = std::make_unique<Recorder>("third", seen);
  second.reset();
  relu(x);
  third.reset();
  relu(x);
  first.reset();
  relu(x);
  CHECK(seen == std::vector<std::string>{"third:relu", "first:relu", "first:relu"});
}

TEST_CASE("observer: gets the op's inputs and its result, and may refuse it", "[autograd]") {
  class NanFinder : public OpObserver {
    void on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) override {
      check(inputs.size() == 1 && inputs[0].value()[0] == -1, "unexpected input");
      check(result.value()[0] == result.value()[0], name, ": made a NaN");
    }
  };
  const Variable x(Tensor::full({}, -1));
  const NanFinder finder;
  CHECK_NOTHROW(relu(x));
  CHECK_THROWS_WITH(log(x), "log: made a NaN");
}
