#include "examples/report/fold_report.h"

#include <nlohmann/json.hpp>

#include "examples/cli/format.h"
#include "examples/cli/text_file.h"
#include "examples/folding/fold_record.h"
#include "examples/folding/fold_tables.h"
#include "examples/report/report.h"

namespace onefold {

using Json = nlohmann::ordered_json;

namespace {

std::vector<Headline> headlines_of(const FoldRecord& fold) {
  std::vector<Headline> all = {
      {grouped(fold.proof.equal), "of " + grouped(fold.proof.images) + " predictions equal after folding"},
      {grouped(fold.before.convolutions) + " \u2192 " + grouped(fold.after.convolutions), "convolutions"}};
  if (!fold.times.empty()) {
    const FormTimes& times = fold.times.front();
    all.push_back(
        {fixed(times.before / times.after, 2) + "\u00d7", "as fast when folded, batch of " + grouped(times.batch)});
  }
  return all;
}

/// fold.json with the tables that are also shown in the terminal.
Json data_of(const FoldRecord& fold) {
  Json json = to_json(fold);
  for (size_t b = 0; b < fold.blocks.size(); ++b) {
    json["blocks"][b]["table"] = table_json(step_table(fold.blocks[b].steps, false));
  }
  json["tables"] = {{"proof", table_json(proof_table(fold.proof))},
                    {"network_steps", table_json(step_table(fold.network_steps, true))},
                    {"costs", table_json(costs_table(fold))},
                    {"block_costs", table_json(block_costs_table(fold))},
                    {"blocks", table_json(blocks_table(fold.blocks))}};
  return json;
}

}  // namespace

void write_fold_report(const std::filesystem::path& run_folder) {
  FoldPart part;
  read_json(run_folder / "fold.json", kLargestCount, [&](const Json& json) {
    const FoldRecord fold = fold_record_from_json(json);
    part = {fold.net, fold.dataset, fold.reparam, headlines_of(fold), data_of(fold)};
  });
  write_report(run_folder, part);
}

}  // namespace onefold
