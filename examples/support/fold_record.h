#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "layers/count.h"

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

/// One block of the network, trained and folded.
struct FoldedBlockRow {
  std::string name;  // "stages.1.0"
  std::string description;
  int64_t parameters_before = 0;
  int64_t parameters_after = 0;
  double interior = 0;
  double border = 0;
  double largest_output = 0;
  std::vector<BranchShare> shares;  // of the branches' kernels by the sum of |k|; they add up to 1
};

/// Median times of one forward pass.
struct FormTimes {
  int64_t batch = 0;
  double before = 0;  // seconds
  double after = 0;
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
  std::string reparam = "repvgg";  // the family of its blocks
  std::string dataset;       // its name
  std::string block;         // the one shown step by step, "stages.1.0"
  std::string block_description;
  int64_t block_images = 0;  // test images whose activations went through it
  std::vector<FoldRow> block_steps;
  std::vector<PicturedKernel> trained_kernels;  // of its branches, as trained
  std::vector<PicturedKernel> scaled_kernels;   // with their batch norms in them, padded to one size
  std::vector<PicturedKernel> folded_kernel;    // their sum, alone
  std::vector<FoldRow> network_steps;  // their differences are those of the logits, under `interior`
  std::vector<FoldedBlockRow> blocks;
  Counts before, after;      // of both forms, from the counter
  FoldProof proof;
  std::vector<FormTimes> times;  // none where they were not measured
  int64_t threads = 0;
  std::string machine;  // on which the times were measured
};

/// fold.json's text and back. Numbers of pictures keep five digits, which is more than one sees.
nlohmann::json to_json(const FoldRecord& record);

/// Throws nlohmann::json::exception or Error for anything that to_json() does not write.
FoldRecord fold_record_from_json(const nlohmann::json& json);

}  // namespace onefold
