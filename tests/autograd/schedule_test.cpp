#include "autograd/optim/schedule.h"

#include <cmath>

#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("schedule: constant is 1", "[autograd]") {
  const Schedule schedule = constant();
  CHECK(schedule(0) == 1);
  CHECK(schedule(1'000'000) == 1);
}

TEST_CASE("schedule: cosine goes from 1 over the middle to the final fraction, and stays", "[autograd]") {
  const Schedule to_zero = cosine(100);
  CHECK(to_zero(0) == 1);
  CHECK(to_zero(25) == Approx((1 + std::sqrt(0.5)) / 2).epsilon(1e-12));
  CHECK(to_zero(50) == Approx(0.5).epsilon(1e-12));
  CHECK(to_zero(100) == 0);
  CHECK(to_zero(101) == 0);

  const Schedule to_tenth = cosine(100, 0.1);
  CHECK(to_tenth(0) == 1);
  CHECK(to_tenth(50) == Approx(0.55).epsilon(1e-12));
  CHECK(to_tenth(100) == 0.1);
  CHECK(to_tenth(1'000) == 0.1);
  for (int64_t step = 0; step < 100; ++step) CHECK(to_tenth(step + 1) < to_tenth(step));
}

TEST_CASE("schedule: linear warm-up and decay meet at 1", "[autograd]") {
  const Schedule schedule = linear_warmup_decay(110, 10, 0.2, 0.5);
  CHECK(schedule(0) == 0.2);
  CHECK(schedule(5) == Approx(0.6).epsilon(1e-12));
  CHECK(schedule(10) == 1);
  CHECK(schedule(60) == Approx(0.75).epsilon(1e-12));
  CHECK(schedule(110) == 0.5);
  CHECK(schedule(1'000) == 0.5);

  const Schedule without_warmup = linear_warmup_decay(4, 0);
  CHECK(without_warmup(0) == 1);
  CHECK(without_warmup(1) == 0.75);
  CHECK(without_warmup(4) == 0);
}

TEST_CASE("schedule: what makes no sense is refused", "[autograd]") {
  CHECK_THROWS_WITH(cosine(0), ContainsSubstring("total steps 0 must be at least 1"));
  CHECK_THROWS_WITH(cosine(10, -0.1), ContainsSubstring("final fraction -0.1"));
  CHECK_THROWS_AS(cosine(10, 1.5), Error);
  CHECK_THROWS_AS(cosine(10, std::nan("")), Error);
  CHECK_THROWS_WITH(linear_warmup_decay(10, 10), ContainsSubstring("warm-up of 10 steps"));
  CHECK_THROWS_AS(linear_warmup_decay(10, -1), Error);
  CHECK_THROWS_AS(linear_warmup_decay(10, 2, -0.5), Error);
  CHECK_THROWS_AS(linear_warmup_decay(10, 2, 0, 2), Error);
}
