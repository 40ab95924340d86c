#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "layers/labs/count.h"

namespace onefold {

// What reparameterize found out about a fold, as fold.json keeps it and the report shows it.

/// A kernel to look at: some of its filters, and the mean |k| of all of them at each place.
struct PicturedKernel {
  std::string name;       // "3x3"
  Tensor filters;         // [R, S, inputs shown, outputs shown]
  Tensor mean_magnitude;  // [R, S]
};

/// One step of a fold: what stands after it, and how far its results are from the trained ones.
struct FoldRow {
  std::string title;
  int64_t parameters = 0;
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;
  double interior = 0;  // largest |difference| where no kernel reaches beyond the map's edge
  double border = 0;    // and where one does
};

struct BranchShare {
  std::string branch;  // "3x3"
  double share = 0;
};

/// Median times of one forward pass.
struct FormTimes {
  int64_t batch = 0;
  double before = 0;  // seconds
  double after = 0;
};

/// The kernels of a block on their way through a fold.
struct BlockKernels {
  std::vector<PicturedKernel> trained = {};  // of its branches, as trained
  std::vector<PicturedKernel> scaled = {};   // a branch each: with the batch norms in them, padded to one size
  std::vector<PicturedKernel> folded = {};   // their sum; where something is around it, the result, too
};

/// One block of the network, trained and folded, on what reaches it of some images.
struct FoldedBlockRow {
  std::string name;  // "stages.1.0"
  std::string description = {};
  Counts before = {}, after = {};
  double interior = 0;  // how far the folded block's results are from the trained one's
  double border = 0;
  double largest_output = 0;
  std::vector<BranchShare> shares = {};  // of the branches' kernels by the sum of |k|; they add up to 1
  std::vector<FoldRow> steps = {};
  BlockKernels kernels = {};
  std::vector<FormTimes> times = {};  // one a batch size; none where they were not measured
};

/// Trained and folded network compared on the test set.
struct FoldProof {
  int64_t images = 0;
  int64_t equal = 0;  // predictions
  double largest_difference = 0;
  double largest_logit = 0;
  double accuracy_before = 0;
  double accuracy_after = 0;

  double relative() const { return largest_logit > 0 ? largest_difference / largest_logit : largest_difference; }
};

struct FoldRecord {
  std::string net;
  std::string reparam = "repvgg";      // the family of its blocks
  std::string dataset;                 // its name
  std::string block;                   // the one shown step by step, "stages.1.0"
  int64_t block_images = 0;            // test images whose activations went through the blocks
  std::vector<FoldRow> network_steps;  // their differences are those of the logits, under `interior`
  std::vector<FoldedBlockRow> blocks;
  Counts before, after;  // of both forms, from the counter
  FoldProof proof;
  std::vector<FormTimes> times;  // none where they were not measured
  int64_t threads = 0;
  std::string machine;  // on which the times were measured

  /// The row of `block`. Throws Error where there is none.
  const FoldedBlockRow& shown_block() const;
};

/// fold.json's text and back. Numbers of pictures keep five digits, which is more than one sees.
nlohmann::json to_json(const FoldRecord& record);

/// Reads what earlier versions wrote, too: there only the block shown step by step has steps and kernels, and what they
/// did not count is zero. Throws nlohmann::json::exception or Error for anything else.
FoldRecord fold_record_from_json(const nlohmann::json& json);

}  // namespace onefold
