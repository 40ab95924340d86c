#pragma once

#include "examples/support/data_source.h"
#include "examples/support/networks.h"

namespace onefold {

/// Training and test images for a saved network: where the options do not say which, those of the data that it was
/// trained on. Throws Error, with the remedy, where their classes are not the network's.
DatasetSplits load_splits(const DataOptions& options, const ModelCard& card);

/// The test images alone.
Dataset load_test_images(DataOptions options, const ModelCard& card);

}  // namespace onefold
