#pragma once

#include "examples/support/data_source.h"
#include "examples/support/networks.h"

namespace onefold {

/// The test images for a saved network: where the options do not say which, those of the data that it was trained on.
/// Throws Error, with the remedy, where their classes are not the network's.
Dataset load_test_images(DataOptions options, const ModelCard& card);

}  // namespace onefold
