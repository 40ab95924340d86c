#include "examples/support/fold_tables.h"

#include "examples/support/format.h"

namespace onefold {

Table step_table(const std::vector<FoldRow>& steps, bool of_logits) {
  Table result{.columns = {{""},
                           {"what stands now"},
                           {"parameters", true},
                           {"convolutions", true},
                           {"batch norms", true},
                           {"additions", true}},
               .last_is_total = true};
  if (of_logits) {
    result.columns.push_back({"largest difference of a logit", true});
  } else {
    result.columns.push_back({"largest difference, interior", true});
    result.columns.push_back({"border", true});
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    const FoldRow& step = steps[i];
    std::vector<std::string> row = {std::to_string(i),           step.title,
                                    grouped(step.parameters),    grouped(step.convolutions),
                                    grouped(step.batch_norms),   grouped(step.additions),
                                    i == 0 ? "-" : scientific(step.interior)};
    if (!of_logits) row.push_back(i == 0 ? "-" : scientific(step.border));
    result.rows.push_back(row);
  }
  return result;
}

Table blocks_table(const std::vector<FoldedBlockRow>& blocks) {
  Table result{.columns = {{"block"},
                           {"parameters, trained", true},
                           {"folded", true},
                           {"largest difference, interior", true},
                           {"border", true},
                           {"largest output", true}}};
  for (const FoldedBlockRow& block : blocks) {
    result.rows.push_back({block.name, grouped(block.parameters_before), grouped(block.parameters_after),
                           scientific(block.interior), scientific(block.border), fixed(block.largest_output, 1)});
  }
  return result;
}

Table costs_table(const FoldRecord& record) {
  Table result{.columns = {{"form"},
                           {"parameters", true},
                           {"multiply-adds an image", true},
                           {"convolutions", true},
                           {"batch norms", true},
                           {"additions", true}}};
  const auto add = [&](const std::string& form, const Counts& of) {
    result.rows.push_back({form, grouped(of.parameters), grouped(of.multiply_adds), grouped(of.convolutions),
                           grouped(of.batch_norms), grouped(of.additions)});
  };
  add("trained", record.before);
  add("folded", record.after);
  return result;
}

Table proof_table(const FoldProof& proof) {
  return {.columns = {{}, {}},
          .rows = {{"predictions equal", grouped(proof.equal) + " of " + grouped(proof.images)},
                   {"largest difference of a logit",
                    scientific(proof.largest_difference) + ", " + scientific(proof.relative()) +
                        " of the largest logit, " + fixed(proof.largest_logit, 3)},
                   {"test accuracy, trained", percent(proof.accuracy_before, 2)},
                   {"test accuracy, folded", percent(proof.accuracy_after, 2)}}};
}

Table times_table(const std::vector<FormTimes>& times) {
  Table result{.columns = {{"images at once"},
                           {"trained", true},
                           {"folded", true},
                           {"speed-up", true},
                           {"images a second, folded", true}}};
  for (const FormTimes& time : times) {
    const double rate = static_cast<double>(time.batch) / time.after;
    result.rows.push_back({grouped(time.batch), duration(time.before), duration(time.after),
                           fixed(time.before / time.after, 2) + "\u00d7", grouped(static_cast<int64_t>(rate))});
  }
  return result;
}

}  // namespace onefold
