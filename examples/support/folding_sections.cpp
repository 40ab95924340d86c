#include <algorithm>

#include "examples/support/chart.h"
#include "examples/support/fold_tables.h"
#include "examples/support/format.h"
#include "examples/support/kernel_picture.h"
#include "examples/support/report_sections.h"

namespace onefold {

namespace {

/// One kernel: its first filters, and below the mean size of each tap over all of them.
Html kernel_figure(const std::string& sign, const PicturedKernel& kernel, double limit, double largest_mean) {
  const Shape& shape = kernel.filters.shape();
  const std::string extent = std::to_string(shape[2]) + " input and " + std::to_string(shape[3]) + " output channels";
  return figure(element("span", {{"class", "sign"}}, text(sign)) + element("strong", kernel.name),
                filter_picture(kernel.filters, limit, kernel.name + ": filters of the first " + extent) +
                    magnitude_picture(kernel.mean_magnitude, largest_mean, kernel.name + ": mean size of each tap"));
}

/// Kernels side by side on one scale of colours; `signs` stand before their names.
Html kernels_row(const std::string& heading, const std::vector<PicturedKernel>& kernels,
                 const std::vector<std::string>& signs, const Html& more = {}) {
  std::vector<Tensor> filters;
  double largest_mean = 0;
  for (const PicturedKernel& kernel : kernels) {
    filters.push_back(kernel.filters);
    largest_mean = std::max<double>(largest_mean, max_abs(kernel.mean_magnitude));
  }
  const double limit = colour_limit(filters);
  Html pictures;
  for (size_t i = 0; i < kernels.size(); ++i) pictures += kernel_figure(signs[i], kernels[i], limit, largest_mean);
  return element("div", {{"class", "step"}}, element("h3", heading) +
                                                 element("div", {{"class", "kernels"}}, pictures + more) +
                                                 colour_scale(limit));
}

/// A frame for each branch that no kernel was trained in: the identity.
Html empty_frames(const FoldRecord& record) {
  Html frames;
  for (const PicturedKernel& branch : record.scaled_kernels) {
    const auto is_of_branch = [&](const PicturedKernel& kernel) {
      return kernel.name == branch.name || kernel.name.starts_with(branch.name + ".");
    };
    const auto& trained = record.trained_kernels;
    if (std::any_of(trained.begin(), trained.end(), is_of_branch)) continue;
    frames += figure(element("strong", branch.name),
                     element("div", {{"class", "filters empty"}}, text("no kernel: x as it is, through a batch norm")));
  }
  return frames;
}

/// Before, between and after: the branches' kernels as trained, then scaled and padded, and their sum.
Html kernel_pictures(const FoldRecord& record) {
  const std::vector<PicturedKernel>& scaled = record.scaled_kernels;
  std::vector<PicturedKernel> equation = scaled.size() > 1 ? scaled : std::vector<PicturedKernel>{};
  equation.insert(equation.end(), record.folded_kernel.begin(), record.folded_kernel.end());
  const Shape& size = equation.back().filters.shape();
  const std::string extent = std::to_string(size[0]) + "x" + std::to_string(size[1]);
  std::vector<std::string> signs(equation.size(), "+ ");
  signs.back() = "= ";
  signs.front().clear();
  return kernels_row("As trained", record.trained_kernels, std::vector<std::string>(record.trained_kernels.size()),
                     empty_frames(record)) +
         kernels_row("With their batch norms in them, as " + extent + ", and added", equation, signs) +
         element("p", {{"class", "note"}},
                 text("Fields: the first filters, a column an input channel and a row an output channel. Squares: the "
                      "mean |k| of each tap over all filters."));
}

Html block_section(const FoldRecord& record) {
  return section("One block, step by step",
                 record.block + ": " + record.block_description + ". After each step, its result on what reaches it " +
                     "of " + grouped(record.block_images) + " test images is compared with the trained block's.",
                 table(step_table(record.block_steps, false)) + kernel_pictures(record));
}

Html shares_chart(const std::vector<FoldedBlockRow>& blocks) {
  BarChart chart{.title = "Shares of the kernels, by |k|"};
  for (const FoldedBlockRow& block : blocks) {
    for (const BranchShare& each : block.shares) {
      const auto known = std::find(chart.parts.begin(), chart.parts.end(), each.branch);
      if (known == chart.parts.end()) chart.parts.push_back(each.branch);
    }
  }
  for (const FoldedBlockRow& block : blocks) {
    std::vector<double> parts(chart.parts.size(), 0.0);
    for (const BranchShare& each : block.shares) {
      const auto part = std::find(chart.parts.begin(), chart.parts.end(), each.branch) - chart.parts.begin();
      parts[static_cast<size_t>(part)] = each.share;
    }
    std::string label;
    for (double part : parts) label += (label.empty() ? "" : " / ") + fixed(100 * part, 0);
    chart.bars.push_back({block.name, parts, label + " %"});
  }
  return bar_chart(chart);
}

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
  const Html blocks = element("details", element("summary", "Each block by itself, on its true input") +
                                             table(blocks_table(record.blocks)));
  // Of a single branch there is nothing to share out.
  const bool several = std::any_of(record.blocks.begin(), record.blocks.end(),
                                   [](const FoldedBlockRow& block) { return block.shares.size() > 1; });
  Html charts = several ? shares_chart(record.blocks) : Html{};
  Html timing;
  for (const FormTimes& times : record.times) timing += times_chart(times);
  if (!record.times.empty()) {
    const std::string where = std::to_string(record.threads) + (record.threads == 1 ? " thread" : " threads") +
                              (record.machine.empty() ? "" : " of " + record.machine);
    timing += element("p", {{"class", "note"}},
                      text("Medians after a warm-up, both forms in turns, on " + where + "."));
    charts += element("div", timing);
  }
  return section("The whole network", "The same steps in all blocks at once, then the result at a glance.",
                 table(step_table(record.network_steps, true)) + blocks + table(costs_table(record)) +
                     element("div", {{"class", "charts"}}, charts));
}

Html proof_section(const FoldProof& proof) {
  return section("The folded network is the trained network",
                 "Both forms saw the same test images. What differs is rounding: the order in which numbers are added.",
                 element("div", {{"class", "facts"}}, table(proof_table(proof))));
}

}  // namespace

Html folding_sections(const FoldRecord& record) {
  return proof_section(record.proof) + block_section(record) + network_section(record);
}

}  // namespace onefold
