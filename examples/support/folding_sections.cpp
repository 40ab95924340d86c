#include "examples/support/block_sections.h"
#include "examples/support/chart.h"
#include "examples/support/fold_tables.h"
#include "examples/support/format.h"
#include "examples/support/report_sections.h"

namespace onefold {

namespace {

Html times_chart(const FormTimes& times) {
  const std::string what = times.batch == 1 ? "A single image" : "A batch of " + grouped(times.batch);
  BarChart chart{.title = what + ": " + fixed(times.before / times.after, 2) + "\u00d7 as fast"};
  const auto rate = [&](double seconds) {
    return duration(seconds) + ", " + fixed(static_cast<double>(times.batch) / seconds, 0) + " images/s";
  };
  chart.bars.push_back({"trained", {times.before}, rate(times.before)});
  chart.bars.push_back({"folded", {times.after}, rate(times.after)});
  return bar_chart(chart);
}

Html network_section(const FoldRecord& record) {
  Html charts;
  for (const FormTimes& times : record.times) charts += times_chart(times);
  Html timing = element("div", {{"class", "charts"}}, charts);
  if (!record.times.empty()) {
    const std::string where = std::to_string(record.threads) + (record.threads == 1 ? " thread" : " threads") +
                              (record.machine.empty() ? "" : " of " + record.machine);
    timing += element("p", {{"class", "note"}},
                      text("Medians after a warm-up, both forms in turns, on " + where + "."));
  }
  return section("The whole network", "The same steps in all blocks at once, then the result at a glance.",
                 table(step_table(record.network_steps, true)) + table(costs_table(record)) + timing);
}

Html proof_section(const FoldProof& proof) {
  return section("The folded network is the trained network",
                 "Both forms saw the same test images. What differs is rounding: the order in which numbers are added.",
                 element("div", {{"class", "facts"}}, table(proof_table(proof))));
}

}  // namespace

Html folding_sections(const FoldRecord& record) {
  return proof_section(record.proof) + block_section(record) + network_section(record) + blocks_section(record);
}

}  // namespace onefold
