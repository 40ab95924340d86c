#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "examples/support/fold_record.h"
#include "examples/support/html.h"

namespace onefold {

/// One line of log.jsonl; what it does not give is NaN.
struct EpochRow {
  double epoch, train_loss, train_accuracy, test_loss, test_accuracy, learning_rate;
  double train_seconds, evaluation_seconds, images_per_second, loader_wait_seconds;
};

/// Counts of test images: a row a true class, a column a predicted one.
struct ConfusionCounts {
  std::vector<std::string> classes;
  std::vector<std::vector<int64_t>> matrix;
};

// The sections of a report, each from what one data file holds.

Html training_section(const std::vector<EpochRow>& epochs);
Html confusion_section(const ConfusionCounts& counts);
Html folding_sections(const FoldRecord& record);

/// Every entry of run.json as it stands; those of an object inside follow its name.
Html facts_section(const nlohmann::ordered_json& run);

}  // namespace onefold
