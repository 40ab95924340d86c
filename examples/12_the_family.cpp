// Lesson 12. One block of each family: how it folds, and how far the folded block is from the trained one.
//
// Page:    docs/12-the-family.md
// Command: build/examples/12_the_family
//          build/examples/12_the_family FOLDER also draws each block's kernels, into FOLDER/family-NAME.svg
//
// Expected output (under a second):
//   ...
//   acb        AcBlock 8 -> 8                          1,008 -> 584        6               2.9e-06 1.9e-06
//   ...

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "core/files/atomic_file.h"
#include "core/random.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/cli/format.h"
#include "examples/folding/block_demonstration.h"
#include "examples/pictures/kernel_picture.h"
#include "examples/pictures/picture_file.h"
#include "layers/calculus/explain.h"
#include "layers/families/families.h"

using namespace onefold;

namespace {

constexpr int64_t kChannels = 8;

/// Batch-norm values as after training: fresh ones (1, 0, 0, 1) would hide a wrong fold.
void randomize(Module& block) {
  std::map<std::string, Tensor> numbers = state(block);
  uint64_t stream = 0;
  for (auto& [name, tensor] : numbers) {
    if (tensor.shape().rank() != 1) continue;
    Tensor values = random_normal(tensor.shape(), Random(1, stream++), Real(0.3));
    const bool from_one = name.ends_with("weight") || name.ends_with("running_var");
    for (int64_t c = 0; c < values.size(); ++c) values[c] = from_one ? std::abs(1 + values[c]) : values[c];
    tensor = values;
  }
  load_state(block, numbers);
}

/// Kernels side by side, each as the mean |k| per tap on its own colour scale, with `signs` before their names.
void add_row(std::vector<Panel>& panels, const std::vector<NamedKernel>& kernels, double top,
             const std::vector<std::string>& signs) {
  constexpr double side = 112, step = 142;
  for (size_t n = 0; n < kernels.size(); ++n) {
    const PicturedKernel kernel = picture_of(kernels[n]);
    const std::string name = kernel.name.substr(kernel.name.rfind('.') + 1);
    panels.push_back({signs[n] + name, magnitude_drawing(kernel.mean_magnitude, max_abs(kernel.mean_magnitude), name),
                      24 + step * static_cast<double>(n), top, side, kPanelTitle + side});
  }
}

/// Above, the kernels as trained; below, the branches as kernels of one size, and their sum.
void draw(const std::vector<FoldStep>& steps, const std::string& block, const std::string& file) {
  const std::vector<NamedKernel>& trained = steps.front().kernels;
  std::vector<NamedKernel> equation = step_of_branches(steps).kernels;
  if (equation.size() == 1) equation.clear();
  equation.push_back(steps.back().kernels.front());
  std::vector<std::string> signs(equation.size(), "+ ");
  signs.front().clear();
  if (equation.size() > 1) signs.back() = "= ";

  std::vector<Panel> panels;
  const double top = first_panel_top({});
  add_row(panels, trained, top, std::vector<std::string>(trained.size()));
  add_row(panels, equation, top + 158, signs);
  const auto most = static_cast<double>(std::max(equation.size(), trained.size()));
  write_file_atomically(file, picture_file(block, {}, 24 + 142 * most, top + 316, panels));
}

void lesson(const std::string& folder) {
  if (!folder.empty()) check_can_write(folder + "/family-acb.svg");
  std::puts("family     block                                   parameters      steps  difference: interior   border");
  for (const std::string family : {"acb", "dbb", "mobileone", "qarepvgg", "repmixer", "unireplk"}) {
    // [fold-a-family]
    const bool depthwise = family == "repmixer" || family == "unireplk";
    const BlockOptions options{.in = kChannels, .out = kChannels, .groups = depthwise ? kChannels : 1};
    Initializer initializer(1);
    const auto block = make_block(family, options, initializer);
    randomize(*block);
    block->eval();
    const Variable x(random_normal({4, 12, 12, kChannels}, Random(2, 0)));
    const std::vector<FoldStep> steps = explain_fold(*block);
    const MapDifference rounding = map_difference(block->forward(x).value(), block->fold()->forward(x).value());
    // [/fold-a-family]
    const std::string parameters = grouped(steps.front().parameters) + " -> " + grouped(steps.back().parameters);
    std::printf("%-10s %-39s %-14s %6zu  %20.1e %8.1e\n", family.c_str(), block->description().c_str(),
                parameters.c_str(), steps.size(), rounding.interior, rounding.border);
    if (!folder.empty()) draw(steps, block->description(), folder + "/family-" + family + ".svg");
  }
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FOLDER", "draw each family's block to a picture in this folder", lesson);
}
