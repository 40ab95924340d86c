#pragma once

#include <cstdint>
#include <functional>

namespace onefold {

/// Maps the number of steps taken so far to the factor of the learning rate that Optimizer::step() takes.
/// It depends only on the step, so a resumed run continues where it stopped.
using Schedule = std::function<double(int64_t step)>;

/// Always 1.
Schedule constant();

/// Half a cosine from 1 at step 0 down to final_fraction at step total_steps and after.
/// Loshchilov, Hutter: "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, equation 5, without restarts.
/// Throws Error unless total_steps >= 1 and 0 <= final_fraction <= 1.
Schedule cosine(int64_t total_steps, double final_fraction = 0);

/// A straight line from start_fraction at step 0 up to 1 at step warmup_steps, then one down to final_fraction at step
/// total_steps and after. Large first steps upset fresh batch norms; a short warm-up avoids them.
/// Throws Error unless 0 <= warmup_steps < total_steps and both fractions are in [0, 1].
Schedule linear_warmup_decay(int64_t total_steps, int64_t warmup_steps, double start_fraction = 0,
                             double final_fraction = 0);

}  // namespace onefold
