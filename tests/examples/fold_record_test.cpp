#include "examples/folding/fold_record.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "examples/folding/fold_tables.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"
#include "tests/examples/some_fold_record.h"

using namespace onefold;

TEST_CASE("fold record: what JSON keeps is what was there", "[examples]") {
  const FoldRecord before = some_record();
  const nlohmann::json json = to_json(before);
  const FoldRecord after = fold_record_from_json(nlohmann::json::parse(json.dump()));
  CHECK(to_json(after) == json);
  CHECK(after.before == before.before);
  CHECK(after.proof.relative() == before.proof.relative());
  // Pictures keep five digits.
  const Tensor& kept = after.shown_block().kernels.trained[0].filters;
  const Tensor& given = before.shown_block().kernels.trained[0].filters;
  CHECK(kept.shape() == given.shape());
  CHECK(max_abs_difference(kept, given) <= 1e-4 * max_abs(given));
}

TEST_CASE("fold record: an earlier version's file has what it can have", "[examples]") {
  const FoldRecord now = some_record(), before = fold_record_from_json(record_of_before());
  CHECK(before.blocks[0].before.parameters == 544);
  CHECK(before.blocks[0].before.convolutions == 0);
  CHECK(before.blocks[0].steps.empty());
  CHECK(before.blocks[0].kernels.folded.empty());
  CHECK(before.shown_block().steps.size() == now.shown_block().steps.size());
  CHECK(before.shown_block().kernels.scaled.size() == 2);
  CHECK(before.after.multiply_adds == now.after.multiply_adds);
  CHECK(before.after.element_wise == 0);
  nlohmann::json broken = record_of_before();
  broken["blocks"][0].erase("parameters_after");
  CHECK_THROWS(fold_record_from_json(broken));
}

TEST_CASE("costs of blocks: both times in the unit that fits the longer", "[examples]") {
  FoldRecord record = some_record();
  const auto shown = [&](double before, double after) {
    record.times = {{.batch = 1, .before = before, .after = after}};
    return block_costs_table(record).rows.back().back();
  };
  CHECK(shown(9e-6, 4e-6) == "9.00 \u2192 4.00 \u00b5s");
  CHECK(shown(99e-6, 9e-6) == "99.0 \u2192 9.0 \u00b5s");
  CHECK(shown(0.0001, 99e-6) == "0.100 \u2192 0.099 ms");
  CHECK(shown(0.0123, 0.0081) == "12.3 \u2192 8.1 ms");
  CHECK(shown(0.123, 0.081) == "123 \u2192 81 ms");
  CHECK(shown(1.5, 0.5) == "1.5 \u2192 0.5 s");
}

TEST_CASE("costs of blocks: what is around them is the rest of the network, and 22 blocks fit into 120 columns",
          "[examples]") {
  FoldRecord record = some_record();
  const Table table = block_costs_table(record);
  REQUIRE(table.rows.size() == 4);
  CHECK(table.rows[2] == std::vector<std::string>{"around them", "328 k \u2192 293 k", "15.73 M \u2192 14.16 M",
                                                  "14 \u2192 7", "135 k \u2192 4.35 k", "-"});

  // Numbers as wide as they come, at two batch sizes.
  const FormTimes slow[] = {{.batch = 128, .before = 0.0987, .after = 0.0876},
                            {.batch = 1, .before = 0.00987, .after = 0.00876}};
  record.before = {.parameters = 7840874, .multiply_adds = 489075200, .convolutions = 44, .element_wise = 1668352};
  record.after = {.parameters = 7041194, .multiply_adds = 440168960, .convolutions = 22, .element_wise = 121760};
  record.blocks.assign(22, {.name = "stages.3.13", .before = record.before, .after = record.after});
  record.times.assign(std::begin(slow), std::end(slow));
  for (FoldedBlockRow& block : record.blocks) block.times = record.times;
  std::istringstream lines(text_table(block_costs_table(record)));
  size_t widest = 0;
  for (std::string line; std::getline(lines, line);) {
    widest = std::max(widest, line.size() - 2 * count_of(line, "\u2192"));  // of three bytes
  }
  CHECK(widest > 100);
  CHECK(widest <= 120);
}
