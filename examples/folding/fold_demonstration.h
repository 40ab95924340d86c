#pragma once

#include <string>
#include <utility>
#include <vector>

#include "examples/folding/fold_record.h"
#include "examples/training/evaluation.h"
#include "layers/models/repvgg.h"

namespace onefold {

// What reparameterize shows of a fold. All networks are in evaluation mode.

/// The blocks of a network in training form, with their names in its state: "stages.1.0".
std::vector<std::pair<std::string, Module*>> named_blocks(Vgg& network);

/// Fills in the record's steps: first the fold of the network, compared by its logits, then that of each block by
/// itself, on its true input for these images.
void demonstrate_network(Vgg& network, const Tensor& images, FoldRecord& record);

/// Compares the logits of all test images.
FoldProof compare_forms(const Evaluation& trained, const Evaluation& folded);

/// How much a logit may change, as a fraction of the maximum logit.
inline constexpr double kFoldTolerance = 1e-5;

/// Throws Error unless all predictions are equal and all logits are within the tolerance.
void check_forms_equal(const FoldProof& proof);

}  // namespace onefold
