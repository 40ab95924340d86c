#pragma once

#include <vector>

#include "examples/cli/table.h"
#include "examples/folding/fold_record.h"

namespace onefold {

// The results of a fold as tables, the same in the terminal and in the report.

/// The steps of one block, or with `of_logits` of the network, whose outputs are not feature maps: they have no border.
Table step_table(const std::vector<FoldRow>& steps, bool of_logits);

/// How much the outputs of each block change.
Table blocks_table(const std::vector<FoldedBlockRow>& blocks);

/// What each block costs per image, trained and folded, and how long it takes. Below the blocks, what is around them
/// (pools, head, whitening), then the network, which is the sum; its times are those of a pass through all of it.
Table block_costs_table(const FoldRecord& record);

/// What both forms cost.
Table costs_table(const FoldRecord& record);

/// How well both forms agree on the test set.
Table proof_table(const FoldProof& proof);

/// How long a forward pass takes in both forms.
Table times_table(const std::vector<FormTimes>& times);

}  // namespace onefold
