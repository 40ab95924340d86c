#include "examples/folding/fold_tables.h"

#include <algorithm>

#include "examples/cli/format.h"

namespace onefold {

namespace {

/// "2.66 k \u2192 2.32 k"; "-" if the file of an earlier version does not have it.
std::string both_counts(int64_t before, int64_t after) {
  if (before == 0 && after == 0) return "-";
  return short_count(static_cast<double>(before)) + " \u2192 " + short_count(static_cast<double>(after));
}

/// "12.3 \u2192 8.1 ms", in the unit that suits the longer time.
std::string both_times(const FormTimes& time) {
  const double longer = std::max(time.before, time.after);
  const double unit = longer < 1e-4 ? 1e-6 : longer < 1 ? 1e-3 : 1;
  const double shown = longer / unit;
  const int decimals = unit == 1 ? 1 : shown < 1 ? 3 : shown < 10 ? 2 : shown < 100 ? 1 : 0;
  return fixed(time.before / unit, decimals) + " \u2192 " + fixed(time.after / unit, decimals) +
         (unit == 1      ? " s"
          : unit == 1e-3 ? " ms"
                         : " \u00b5s");
}

std::string images_at_once(int64_t batch) { return several(batch, "image"); }

std::vector<std::string> cost_cells(const std::string& name, const Counts& before, const Counts& after) {
  return {name, both_counts(before.parameters, after.parameters),
          both_counts(before.multiply_adds, after.multiply_adds), both_counts(before.convolutions, after.convolutions),
          both_counts(before.element_wise, after.element_wise)};
}

/// What a network has apart from its blocks.
Counts rest_of(Counts counts, const std::vector<FoldedBlockRow>& blocks, Counts FoldedBlockRow::*form) {
  for (const FoldedBlockRow& block : blocks) {
    counts.parameters -= (block.*form).parameters;
    counts.multiply_adds -= (block.*form).multiply_adds;
    counts.convolutions -= (block.*form).convolutions;
    counts.element_wise -= (block.*form).element_wise;
  }
  return counts;
}

}  // namespace

Table step_table(const std::vector<FoldRow>& steps, bool of_logits) {
  Table result{
      .columns =
          {{""}, {"state"}, {"parameters", true}, {"convolutions", true}, {"batch norms", true}, {"additions", true}},
      .last_is_total = true};
  if (of_logits) {
    result.columns.push_back({"maximum difference of a logit", true});
  } else {
    result.columns.push_back({"maximum difference, interior", true});
    result.columns.push_back({"border", true});
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    const FoldRow& step = steps[i];
    std::vector<std::string> row = {std::to_string(i),
                                    step.title,
                                    grouped(step.parameters),
                                    grouped(step.convolutions),
                                    grouped(step.batch_norms),
                                    grouped(step.additions),
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
                           {"maximum difference, interior", true},
                           {"border", true},
                           {"maximum output", true}}};
  for (const FoldedBlockRow& block : blocks) {
    result.rows.push_back({block.name, grouped(block.before.parameters), grouped(block.after.parameters),
                           scientific(block.interior), scientific(block.border), fixed(block.largest_output, 1)});
  }
  return result;
}

Table block_costs_table(const FoldRecord& record) {
  Table result{.columns = {{"trained \u2192 folded"},
                           {"parameters", true},
                           {"multiply-adds per image", true},
                           {"convolutions", true},
                           {"element-wise, values", true}},
               .last_is_total = true};
  for (const FormTimes& time : record.times) result.columns.push_back({images_at_once(time.batch), true});
  const auto add = [&](std::vector<std::string> cells, const std::vector<FormTimes>& times) {
    for (const FormTimes& column : record.times) {
      const auto same = [&](const FormTimes& time) { return time.batch == column.batch; };
      const auto time = std::find_if(times.begin(), times.end(), same);
      cells.push_back(time == times.end() ? "-" : both_times(*time));
    }
    result.rows.push_back(cells);
  };
  for (const FoldedBlockRow& block : record.blocks) add(cost_cells(block.name, block.before, block.after), block.times);
  const bool counted = !record.blocks.empty() && record.blocks.front().before.convolutions > 0;
  if (counted) {
    add(cost_cells("around them", rest_of(record.before, record.blocks, &FoldedBlockRow::before),
                   rest_of(record.after, record.blocks, &FoldedBlockRow::after)),
        {});
  }
  add(cost_cells("network", record.before, record.after), record.times);
  return result;
}

Table costs_table(const FoldRecord& record) {
  Table result{.columns = {{"form"},
                           {"parameters", true},
                           {"multiply-adds per image", true},
                           {"convolutions", true},
                           {"batch norms", true},
                           {"additions", true},
                           {"element-wise, values", true}}};
  const bool counted = record.before.element_wise > 0;  // not by earlier versions
  const auto add = [&](const std::string& form, const Counts& of) {
    result.rows.push_back({form, grouped(of.parameters), grouped(of.multiply_adds), grouped(of.convolutions),
                           grouped(of.batch_norms), grouped(of.additions), counted ? grouped(of.element_wise) : "-"});
  };
  add("trained", record.before);
  add("folded", record.after);
  return result;
}

Table proof_table(const FoldProof& proof) {
  return {.columns = {{}, {}},
          .rows = {{"predictions equal", grouped(proof.equal) + " of " + grouped(proof.images)},
                   {"maximum difference of a logit", scientific(proof.largest_difference) + ", " +
                                                         scientific(proof.relative()) + " of the maximum logit, " +
                                                         fixed(proof.largest_logit, 3)},
                   {"test accuracy, trained", percent(proof.accuracy_before, 2)},
                   {"test accuracy, folded", percent(proof.accuracy_after, 2)}}};
}

Table times_table(const std::vector<FormTimes>& times) {
  Table result{.columns = {{"images at once"},
                           {"trained", true},
                           {"folded", true},
                           {"speed-up", true},
                           {"images per second, folded", true}}};
  for (const FormTimes& time : times) {
    const double rate = static_cast<double>(time.batch) / time.after;
    result.rows.push_back({grouped(time.batch), duration(time.before), duration(time.after),
                           fixed(time.before / time.after, 2) + "\u00d7", grouped(static_cast<int64_t>(rate))});
  }
  return result;
}

}  // namespace onefold
