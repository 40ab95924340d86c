#pragma once

#include <vector>

#include "examples/cli/table.h"
#include "examples/folding/fold_record.h"

namespace onefold {

// The numbers of a fold as tables, the same in the terminal and in the report.

/// One block's steps, or with `of_logits` the network's, whose results are no maps and so have no border.
Table step_table(const std::vector<FoldRow>& steps, bool of_logits);

/// How far each block's results move.
Table blocks_table(const std::vector<FoldedBlockRow>& blocks);

/// What an image's way through each block costs, trained and folded, and how long it takes. Below the blocks what is
/// around them (pools, head, whitening), then the network, which is the sum; its times are those of a pass through it.
Table block_costs_table(const FoldRecord& record);

/// What both forms cost.
Table costs_table(const FoldRecord& record);

/// How well they agree on the test set.
Table proof_table(const FoldProof& proof);

/// How long a pass takes in both forms.
Table times_table(const std::vector<FormTimes>& times);

}  // namespace onefold
