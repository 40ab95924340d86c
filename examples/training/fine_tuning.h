#pragma once

#include <filesystem>
#include <string>

#include "datasets/dataset.h"
#include "examples/cli/program.h"
#include "examples/training/networks.h"
#include "examples/training/run_folder.h"

namespace onefold {

/// A saved network to continue training, in training form: a folded one is unfolded into RepVGG blocks, with the
/// statistics of the first 500 training images. Throws Error, naming `file`, if the images have other classes, a value
/// is not finite, a variance is negative, or the network cannot be unfolded.
SavedNetwork to_fine_tune(SavedNetwork saved, const std::filesystem::path& file, const Dataset& train);

/// Gives a run that begins with the network in `file` its size and family: --net and --reparam need not be given.
/// Throws UsageError if they are given and differ.
void settle_network(const CommandLine& line, const SavedNetwork& saved, const std::filesystem::path& file,
                    std::string& net, std::string& reparam);

/// Throws UsageError if replacing the run in the folder would remove the network that the new run begins with.
void check_outside(const RunFolder& folder, const std::filesystem::path& file);

}  // namespace onefold
