#include "autograd/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace onefold {

namespace {

void check_fraction(const char* schedule, const char* what, double value) {
  check(value >= 0 && value <= 1, schedule, ": ", what, " ", value, " must be in [0, 1]");
}

/// How far `step` is from `begin` to `end`: 0 before, 1 after.
double progress(int64_t step, int64_t begin, int64_t end) {
  return std::clamp(static_cast<double>(step - begin) / static_cast<double>(end - begin), 0.0, 1.0);
}

}  // namespace

Schedule constant() {
  return [](int64_t) { return 1.0; };
}

Schedule cosine(int64_t total_steps, double final_fraction) {
  check(total_steps >= 1, "cosine: total steps ", total_steps, " must be at least 1");
  check_fraction("cosine", "final fraction", final_fraction);
  return [=](int64_t step) {
    const double wave = (1 + std::cos(std::numbers::pi * progress(step, 0, total_steps))) / 2;  // 1 to 0
    return final_fraction + (1 - final_fraction) * wave;
  };
}

Schedule linear_warmup_decay(int64_t total_steps, int64_t warmup_steps, double start_fraction, double final_fraction) {
  check(warmup_steps >= 0 && warmup_steps < total_steps, "linear_warmup_decay: warm-up of ", warmup_steps,
        " steps must be at least 0 and below the total of ", total_steps);
  check_fraction("linear_warmup_decay", "start fraction", start_fraction);
  check_fraction("linear_warmup_decay", "final fraction", final_fraction);
  return [=](int64_t step) {
    if (step < warmup_steps) return std::lerp(start_fraction, 1.0, progress(step, 0, warmup_steps));
    return std::lerp(1.0, final_fraction, progress(step, warmup_steps, total_steps));
  };
}

}  // namespace onefold
