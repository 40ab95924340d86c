#pragma once

#include <string>
#include <utility>
#include <vector>

#include "examples/support/evaluation.h"
#include "examples/support/fold_record.h"
#include "layers/models/repvgg.h"

namespace onefold {

// What reparameterize shows of a fold. All networks are in evaluation mode.

/// The blocks of a network in training form by their names in its state: "stages.1.0".
std::vector<std::pair<std::string, LinearBlock*>> named_blocks(RepVgg& network);

/// The largest |a - b| of two maps [N, P, Q, K]: at their outermost pixels, where the kernel sees padding, and
/// elsewhere. Half of the classic mistakes show at the border alone. NaN on either side gives NaN.
struct MapDifference {
  double interior = 0;
  double border = 0;
};
MapDifference map_difference(const Tensor& a, const Tensor& b);

/// A kernel to look at.
PicturedKernel picture_of(const NamedKernel& named);

/// What each branch of a block contributes to the folded kernel, by the sum of |k| once all kernels are of one size, in
/// the steps of the block's fold.
std::vector<BranchShare> branch_shares(const std::vector<FoldStep>& steps);

/// Fills in the record's part on one block: its fold step by step on what reaches it of these images, and its kernels.
void demonstrate_block(RepVgg& network, const std::string& block, const Tensor& images, FoldRecord& record);

/// Fills in its part on all blocks: the fold of the network step by step, then each block by itself on its true input.
void demonstrate_network(RepVgg& network, const Tensor& images, FoldRecord& record);

/// Compares the logits of all test images.
FoldProof compare_forms(const Evaluation& trained, const Evaluation& folded);

/// How far a logit may move, as a fraction of the largest one.
inline constexpr double kFoldTolerance = 1e-5;

/// Throws Error unless every prediction is the same and every logit within the tolerance.
void check_forms_equal(const FoldProof& proof);

/// Median times of one pass over random images, after a warm-up, both forms in turns, in about `seconds` in all.
FormTimes time_forms(RepVgg& trained, RepVgg& folded, int64_t batch, double seconds);

}  // namespace onefold
