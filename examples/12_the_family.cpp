// Lesson 12. One block of each family of branches: how it folds, and how far the folded one is from it.
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
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "examples/support/format.h"
#include "layers/reparam/explain.h"
#include "layers/reparam/families.h"

using namespace onefold;

namespace {

constexpr int64_t kChannels = 8;

/// Batch-norm numbers as a training leaves them: fresh ones (1, 0, 0, 1) would hide a wrong fold.
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

/// The largest |a - b| of two maps [N, P, Q, K], at their outermost pixels and elsewhere.
struct Difference {
  double interior = 0, border = 0;
};
Difference difference(const Tensor& a, const Tensor& b) {
  const int64_t P = a.shape()[1], Q = a.shape()[2], K = a.shape()[3];
  Difference largest;
  for (int64_t i = 0; i < a.size(); ++i) {
    const int64_t p = i / (Q * K) % P, q = i / K % Q;
    double& where = p == 0 || q == 0 || p == P - 1 || q == Q - 1 ? largest.border : largest.interior;
    where = std::max(where, std::abs(double{a[i]} - double{b[i]}));
  }
  return largest;
}

/// A row of kernels: each the mean |k| of every tap, drawn in a square of its own scale.
std::string svg_row(const std::vector<NamedKernel>& kernels, double top, const std::string& last_sign) {
  constexpr double side = 66, step = 138;
  std::string drawn;
  for (size_t n = 0; n < kernels.size(); ++n) {
    const Tensor& weight = kernels[n].kernel.weight;
    const int64_t rows = weight.shape()[0], columns = weight.shape()[1], filters = weight.size() / (rows * columns);
    std::vector<double> taps(static_cast<size_t>(rows * columns), 0.0);
    double largest = 0;
    for (size_t t = 0; t < taps.size(); ++t) {
      for (int64_t i = 0; i < filters; ++i) taps[t] += std::abs(double{weight[static_cast<int64_t>(t) * filters + i]});
      largest = std::max(largest, taps[t]);
    }
    const double cell = side / static_cast<double>(std::max<int64_t>({rows, columns, 3}));
    const double left = 24 + step * static_cast<double>(n);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t s = 0; s < columns; ++s) {
        const double x = left + (side - cell * static_cast<double>(columns)) / 2 + cell * static_cast<double>(s);
        const double y = top + (side - cell * static_cast<double>(rows)) / 2 + cell * static_cast<double>(r);
        drawn += "<rect x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" width=\"" + fixed(cell, 1) +
                 "\" height=\"" + fixed(cell, 1) + "\" fill=\"#d66a08\" fill-opacity=\"" +
                 fixed(largest > 0 ? taps[static_cast<size_t>(r * columns + s)] / largest : 0, 2) +
                 "\" stroke=\"#888\" stroke-width=\"0.5\"/>\n";
      }
    }
    const bool last = n + 1 == kernels.size();
    if (n > 0 && !last_sign.empty()) {
      drawn += "<text x=\"" + fixed(left - 36, 0) + "\" y=\"" + fixed(top + side / 2 + 5, 0) + "\">" +
               (last ? last_sign : "+") + "</text>\n";
    }
    drawn += "<text x=\"" + fixed(left + side / 2, 0) + "\" y=\"" + fixed(top + side + 18, 0) +
             "\" text-anchor=\"middle\">" + kernels[n].name.substr(kernels[n].name.rfind('.') + 1) + "</text>\n";
  }
  return drawn;
}

/// Above the kernels as trained, below the branches as kernels of one size, and their sum.
void draw(const std::vector<FoldStep>& steps, const std::string& file) {
  std::vector<NamedKernel> equation = step_of_branches(steps).kernels;
  if (equation.size() == 1) equation.clear();
  equation.push_back(steps.back().kernels.front());
  const size_t most = std::max(equation.size(), steps.front().kernels.size());
  std::ofstream(file) << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << 138 * most << " 236\" width=\""
                      << 138 * most << "\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#777\">\n"
                      << svg_row(steps.front().kernels, 8, "") << svg_row(equation, 128, "=") << "</svg>\n";
}

}  // namespace

int main(int argc, char** argv) {
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
    const Difference rounding = difference(block->forward(x).value(), block->fold()->forward(x).value());
    // [/fold-a-family]
    const std::string parameters = grouped(steps.front().parameters) + " -> " + grouped(steps.back().parameters);
    std::printf("%-10s %-39s %-14s %6zu  %20.1e %8.1e\n", family.c_str(), block->description().c_str(),
                parameters.c_str(), steps.size(), rounding.interior, rounding.border);
    if (argc > 1) draw(steps, std::string(argv[1]) + "/family-" + family + ".svg");
  }
  return 0;
}
