#pragma once

#include "datasets/dataset.h"
#include "examples/training/evaluation.h"
#include "examples/training/run_folder.h"

namespace onefold {

/// Writes what the report shows of the test images, images.json: the first of them and the worst mistakes, small, each
/// with its class, the predicted one, and the probabilities that the network gave to both. Writes the very first as
/// sample-1.png to sample-3.png too, for predict.
///
/// The worst mistakes are the images to whose true class the network gave the lowest probability.
void write_test_images(const RunFolder& folder, const Dataset& test, const Evaluation& evaluation);

}  // namespace onefold
