#include "examples/support/block_sections.h"

#include <algorithm>

#include "examples/support/chart.h"
#include "examples/support/fold_tables.h"
#include "examples/support/format.h"
#include "examples/support/kernel_picture.h"

namespace onefold {

namespace {

/// A kernel in a row of them: what stands before and behind its name.
struct ShownKernel {
  std::string sign;
  PicturedKernel kernel;
  std::string share = {};
};

/// One kernel: its first filters, and below the mean size of each tap over all of them.
Html kernel_figure(const ShownKernel& shown, double limit, double largest_mean) {
  const PicturedKernel& kernel = shown.kernel;
  const Shape& shape = kernel.filters.shape();
  const std::string extent = std::to_string(shape[2]) + " input and " + std::to_string(shape[3]) + " output channels";
  return figure(element("span", {{"class", "sign"}}, text(shown.sign)) + element("strong", kernel.name) +
                    element("span", {{"class", "sign"}}, text(shown.share)),
                filter_picture(kernel.filters, limit, kernel.name + ": filters of the first " + extent) +
                    magnitude_picture(kernel.mean_magnitude, largest_mean, kernel.name + ": mean size of each tap"));
}

/// Kernels side by side on one scale of colours.
Html kernels_row(const std::string& heading, const std::vector<ShownKernel>& kernels, const Html& more = {}) {
  std::vector<Tensor> filters;
  double largest_mean = 0;
  for (const ShownKernel& shown : kernels) {
    filters.push_back(shown.kernel.filters);
    largest_mean = std::max<double>(largest_mean, max_abs(shown.kernel.mean_magnitude));
  }
  const double limit = colour_limit(filters);
  Html pictures;
  for (const ShownKernel& shown : kernels) pictures += kernel_figure(shown, limit, largest_mean);
  return element("div", {{"class", "step"}}, element("h3", heading) +
                                                 element("div", {{"class", "kernels"}}, pictures + more) +
                                                 colour_scale(limit));
}

/// A frame for each branch that no kernel was trained in: the identity.
Html empty_frames(const BlockKernels& kernels) {
  Html frames;
  for (const PicturedKernel& branch : kernels.scaled) {
    // "1x1" may be a part of a name: "all.1x1", "1x1.conv1".
    const auto is_of_branch = [&](const PicturedKernel& kernel) {
      return ("." + kernel.name + ".").find("." + branch.name + ".") != std::string::npos;
    };
    if (std::any_of(kernels.trained.begin(), kernels.trained.end(), is_of_branch)) continue;
    frames += figure(element("strong", branch.name),
                     element("div", {{"class", "filters empty"}}, text("no kernel: x as it is")));
  }
  return frames;
}

/// Before, between and after: the branches' kernels as trained, then scaled and padded, and their sum.
Html kernel_pictures(const FoldedBlockRow& block) {
  const BlockKernels& kernels = block.kernels;
  if (kernels.folded.empty()) return {};  // an earlier version's file
  const Shape& size = kernels.folded.back().filters.shape();
  const std::string extent = std::to_string(size[0]) + "x" + std::to_string(size[1]);

  std::vector<ShownKernel> trained, equation;
  for (const PicturedKernel& kernel : kernels.trained) trained.push_back({"", kernel});
  const bool several = kernels.scaled.size() > 1;
  for (size_t b = 0; several && b < kernels.scaled.size(); ++b) {
    const std::string share = b < block.shares.size() ? percent(block.shares[b].share, 0) : "";
    equation.push_back({b == 0 ? "" : "+ ", kernels.scaled[b], share});
  }
  for (const PicturedKernel& kernel : kernels.folded) {
    const bool is_sum = &kernel == &kernels.folded.front();
    equation.push_back({several ? (is_sum ? "= " : "\u2192 ") : "", kernel});
  }
  const std::string heading = several ? "Everything linear multiplied in, as " + extent + ", and added"
                                      : "Everything linear multiplied in";
  return kernels_row("As trained", trained, empty_frames(kernels)) + kernels_row(heading, equation);
}

Html picture_note() {
  return element("p", {{"class", "note"}},
                 text("Fields: the first filters, a column an input channel and a row an output channel. Squares: the "
                      "mean |k| of each tap over all filters."));
}

/// A block's steps and kernels.
Html block_content(const FoldedBlockRow& block) {
  Html steps;
  if (!block.steps.empty()) {
    steps = table(step_table(block.steps, false));
    const int64_t composed = block.before.parameters - block.steps.front().parameters;
    if (composed != 0) {
      steps += element("p", {{"class", "note"}},
                       text("A kernel that is composed from trained numbers counts as the kernel that it is here; "
                            "trained are " + grouped(block.before.parameters) + " numbers."));
    }
  }
  return steps + kernel_pictures(block);
}

std::string shares_text(const std::vector<BranchShare>& shares, const std::string& between) {
  std::string all;
  for (const BranchShare& each : shares) {
    all += (all.empty() ? "" : between) + each.branch + " " + percent(each.share, 0);
  }
  return all;
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

/// Two bars a block, for the batch size at this place among those measured.
Html block_times_chart(const std::vector<FoldedBlockRow>& blocks, size_t place) {
  const int64_t batch = blocks.front().times[place].batch;
  BarChart chart{.title = batch == 1 ? "One image" : grouped(batch) + " images", .parts = {"trained", "folded"}};
  for (const FoldedBlockRow& block : blocks) {
    const FormTimes& times = block.times[place];
    chart.bars.push_back({block.name, {times.before, 0}, duration(times.before)});
    chart.bars.push_back(
        {"", {0, times.after}, duration(times.after) + ", " + fixed(times.before / times.after, 2) + "\u00d7"});
  }
  return bar_chart(chart);
}

Html charts_of(const std::vector<FoldedBlockRow>& blocks) {
  Html charts;
  // Of a single branch there is nothing to share out.
  const auto has_several = [](const FoldedBlockRow& block) { return block.shares.size() > 1; };
  if (std::any_of(blocks.begin(), blocks.end(), has_several)) charts += shares_chart(blocks);
  size_t timed = blocks.empty() ? 0 : blocks.front().times.size();  // batch sizes that all blocks have
  for (const FoldedBlockRow& block : blocks) timed = std::min(timed, block.times.size());
  for (size_t place = 0; place < timed; ++place) charts += block_times_chart(blocks, place);
  return element("div", {{"class", "charts"}}, charts);
}

/// One line that opens to a block's steps and kernels.
Html block_to_open(const FoldedBlockRow& block) {
  const std::string shares = block.shares.size() > 1 ? ": " + shares_text(block.shares, " \u00b7 ") : "";
  return element("details", {{"class", "block"}},
                 element("summary", element("strong", block.name) + text(" " + block.description + shares)) +
                     block_content(block)) +
         Html{"\n"};
}

}  // namespace

Html block_section(const FoldRecord& record) {
  const FoldedBlockRow& block = record.shown_block();
  return section("One block, step by step",
                 block.name + ": " + block.description + ". After each step, its result on what reaches it of " +
                     grouped(record.block_images) + " test images is compared with the trained block's.",
                 block_content(block) + picture_note());
}

Html blocks_section(const FoldRecord& record) {
  Html all;
  for (const FoldedBlockRow& block : record.blocks) {
    if (!block.kernels.folded.empty()) all += block_to_open(block);
  }
  const Html note = element(
      "p", {{"class", "note"}},
      text("Element-wise: how many numbers of maps are read and written by batch norms, additions, activations, pools "
           "and all else that is no convolution or matrix product, for one image. A convolution adds its bias and its "
           "ReLU as it writes its result, which costs no pass of its own."));
  const Html moved = element("details", element("summary", "How far each block's results move") +
                                            table(blocks_table(record.blocks)));
  return section("Block by block",
                 "What each block costs before and after, on what reaches it of the test images, and its kernels.",
                 table(block_costs_table(record)) + note + moved + charts_of(record.blocks) +
                     element("h3", "Look into a block") + all);
}

}  // namespace onefold
