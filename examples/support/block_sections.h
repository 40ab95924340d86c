#pragma once

#include "examples/support/fold_record.h"
#include "examples/support/html.h"

namespace onefold {

// The part of a report that shows blocks: one in full, then what each costs, and all of them to look into.

/// The record's shown block, step by step, with its kernels.
Html block_section(const FoldRecord& record);

/// All blocks: costs, shares and times side by side, then each one's steps and kernels, to be opened.
Html blocks_section(const FoldRecord& record);

}  // namespace onefold
