#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "layers/inspect/count.h"

namespace onefold {

// The results of reparameterize, as stored in fold.json and shown in the report.

/// A kernel, prepared for a picture: some of its filters, and the mean |k| over all filters per tap.
struct PicturedKernel {
  std::string name;       // "3x3"
  Tensor filters;         // [R, S, inputs shown, outputs shown]
  Tensor mean_magnitude;  // [R, S]
};

/// One step of a fold: what remains after it, and how far its outputs are from the trained ones.
struct FoldRow {
  std::string title;
  int64_t parameters = 0;
  int64_t convolutions = 0;
  int64_t batch_norms = 0;
  int64_t additions = 0;
  double interior = 0;  // maximum |difference| where no kernel reaches beyond the feature map's edge
  double border = 0;    // the same where one does
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

/// The kernels of a block during its fold.
struct BlockKernels {
  std::vector<PicturedKernel> trained = {};  // of the branches, as trained
  std::vector<PicturedKernel> scaled = {};   // one per branch: including the batch norms, padded to one size
  std::vector<PicturedKernel> folded = {};   // their sum; and the result, if steps follow the sum
};

/// One block of the network, trained and folded, on its true input for some images.
struct FoldedBlockRow {
  std::string name;  // "stages.1.0"
  std::string description = {};
  Counts before = {}, after = {};
  double interior = 0;  // how far the folded block's outputs are from the trained one's
  double border = 0;
  double largest_output = 0;
  std::vector<BranchShare> shares = {};  // of the branches' kernels by the sum of |k|; they add up to 1
  std::vector<FoldRow> steps = {};
  BlockKernels kernels = {};
  std::vector<FormTimes> times = {};  // one per batch size; empty if not measured
};

/// The trained and the folded network compared on the test set.
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
  std::string block;                   // the block shown step by step, "stages.1.0"
  int64_t block_images = 0;            // number of test images that the blocks were compared on
  std::vector<FoldRow> network_steps;  // `interior` has the differences of the logits
  std::vector<FoldedBlockRow> blocks;  // none if the network is no RepVGG; then it has no steps either
  Counts before, after;                // of both forms
  FoldProof proof;
  std::vector<FormTimes> times;  // empty if not measured
  int64_t threads = 0;
  std::string machine;  // on which the times were measured

  /// The row of `block`. Throws Error if there is none.
  const FoldedBlockRow& shown_block() const;
};

/// Writes and reads fold.json. Values in pictures keep five digits, more than one can see.
nlohmann::json to_json(const FoldRecord& record);
nlohmann::json to_json(const FoldedBlockRow& row);
nlohmann::json to_json(const PicturedKernel& kernel);

/// Also reads files of earlier versions, in which only the block shown step by step has steps and kernels; counts that
/// they lack are zero. Throws nlohmann::json::exception or Error for anything else.
FoldRecord fold_record_from_json(const nlohmann::json& json);

}  // namespace onefold
