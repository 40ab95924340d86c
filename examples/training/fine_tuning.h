#pragma once

#include <filesystem>
#include <string>

#include "datasets/dataset.h"
#include "examples/training/networks.h"
#include "examples/training/run_folder.h"

namespace CLI {
class App;
}

namespace onefold {

/// A saved network to train on from, in training form: a folded one is unfolded into RepVGG blocks, with the statistics
/// of the first 500 training images. Throws Error, naming `file`, where the images are of other classes or a number is
/// not finite or a variance negative, and where the network cannot be unfolded.
SavedNetwork to_fine_tune(SavedNetwork saved, const std::filesystem::path& file, const Dataset& train);

/// Gives a run that begins with the network in `file` its size and family: --net and --reparam need not be given.
/// Throws UsageError where they are, and others.
void settle_network(const CLI::App& app, const SavedNetwork& saved, const std::filesystem::path& file, std::string& net,
                    std::string& reparam);

/// Replacing the run in the folder must not take away the network that the new one begins with: throws UsageError where
/// it would.
void check_outside(const RunFolder& folder, const std::filesystem::path& file);

}  // namespace onefold
