#pragma once

#include <string>

#include "examples/training/training_run.h"

namespace onefold {

/// What a training run would do, for --dry-run: network, images, steps, folder, and the time estimated from two steps.
std::string training_plan(const TrainingSetup& setup);

}  // namespace onefold
