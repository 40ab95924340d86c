#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "autograd/state.h"
#include "autograd/variable.h"

namespace onefold {

struct LookaheadOptions {
  int64_t interval = 5;  // steps
  double decay = 0.774;  // 0.95 to the power of these 5 steps
};

/// Slow weights that follow the fast ones, which an optimizer moves, and synchronise them every `interval` steps:
///   slow += (1 - decay) (fast - slow),  fast = slow.
/// The slow weights are an average along the path; the fast ones explore from it. The decay rises with the cube of the
/// training's progress, from 0 (nothing is held back) to `decay`: early weights are soon outdated, late ones are noise
/// around a point. The last step also synchronises, so the trained network has the averaged weights.
///
/// Zhang, Lucas, Hinton, Ba: "Lookahead Optimizer: k Steps Forward, 1 Step Back", NeurIPS 2019, algorithm 1; the rising
/// decay: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.4.
class Lookahead {
 public:
  /// Starts from the parameters' current values. Throws Error for no parameters, an interval below 1 and a decay
  /// outside [0, 1).
  Lookahead(std::vector<Variable> parameters, const LookaheadOptions& options = {});

  /// Call after each step of the optimizer: `steps` of `total_steps` have been taken. Writes the parameters as the
  /// optimizer does.
  void after_step(int64_t steps, int64_t total_steps);

  /// A copy of the slow weights, "slow.0" for the first parameter. Saved in checkpoints.
  std::map<std::string, Tensor> state() const { return numbered_state(memory_); }

  /// Copies a state in: all of it or, if a name or a shape differs, nothing, and throws Error.
  void load_state(const std::map<std::string, Tensor>& state);

 private:
  std::vector<Variable> parameters_;
  Memory memory_;  // slow
  LookaheadOptions options_;
};

}  // namespace onefold
