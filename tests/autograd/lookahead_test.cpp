#include "autograd/annex/lookahead.h"

#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// What stands for an optimizer: moves the parameter by one.
void step(Variable& parameter) {
  Tensor& w = parameter.mutable_value();
  for (int64_t i = 0; i < w.size(); ++i) w[i] += 1;
}

}  // namespace

TEST_CASE("Lookahead: the fast weights go ahead and are called back every few steps", "[autograd]") {
  Variable w(Tensor::zeros({1}), true);
  Lookahead lookahead({w}, {.interval = 2, .decay = 0.5});
  const auto after = [&](int64_t steps) {
    step(w);
    lookahead.after_step(steps, 4);
    return w.value().item();
  };
  CHECK(after(1) == 1);
  const Real second = 2 * (1 - Real(0.5) / 8);  // half of the way: an eighth of the decay
  CHECK(after(2) == Approx(second));
  CHECK(after(3) == Approx(second + 1));
  CHECK(after(4) == Approx(second + 1));  // ahead by two, of which half is kept
}

TEST_CASE("Lookahead: a decay of 0 changes nothing, and the last step always ends with a call back", "[autograd]") {
  Variable w(Tensor::zeros({1}), true), v(Tensor::zeros({1}), true);
  Lookahead none({w}, {.interval = 1, .decay = 0}), rare({v}, {.interval = 100, .decay = 0.5});
  for (int64_t steps = 1; steps <= 3; ++steps) {
    step(w);
    step(v);
    none.after_step(steps, 3);
    rare.after_step(steps, 3);
  }
  CHECK(w.value().item() == 3);
  CHECK(v.value().item() == Approx(1.5));
}

TEST_CASE("Lookahead: a state goes on where it stood, with equal bits for any number of threads", "[autograd]") {
  const Tensor first = random_normal({40000}, Random(1, 0));
  const int threads_before = threads();
  std::vector<Real> expected;
  for (const int count : {1, 3}) {
    set_threads(count);
    Variable w(first.clone(), true);
    Lookahead before({w}, {.interval = 1});
    step(w);
    before.after_step(1, 2);

    Variable resumed(w.value().clone(), true);
    Lookahead after({resumed}, {.interval = 1});
    after.load_state(before.state());
    step(resumed);
    after.after_step(2, 2);
    step(w);
    before.after_step(2, 2);
    CHECK(w.value().to_vector() == resumed.value().to_vector());
    if (expected.empty()) expected = w.value().to_vector();
    CHECK(w.value().to_vector() == expected);
  }
  set_threads(threads_before);
}

TEST_CASE("Lookahead: refuses what cannot be", "[autograd]") {
  const Variable w(Tensor::zeros({2}), true);
  CHECK_THROWS_WITH(Lookahead({}), ContainsSubstring("no parameters"));
  CHECK_THROWS_WITH(Lookahead({w}, {.interval = 0}), ContainsSubstring("interval"));
  CHECK_THROWS_WITH(Lookahead({w}, {.decay = 1}), ContainsSubstring("decay 1"));
  Lookahead lookahead({w});
  CHECK_THROWS_WITH(lookahead.load_state({}), ContainsSubstring("missing      slow.0 [2]"));
  CHECK_THROWS_WITH(lookahead.load_state({{"slow.1", Tensor::zeros({2})}}), ContainsSubstring("unexpected   slow.1"));
  CHECK_THROWS_WITH(lookahead.load_state({{"slow.0", Tensor::zeros({3})}}),
                    ContainsSubstring("wrong shape  slow.0 [3], expected [2]"));
}
