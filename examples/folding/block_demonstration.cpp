#include "examples/folding/block_demonstration.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace onefold {

namespace {

/// Rows and columns of filters in a picture: as many small kernels as can be told apart.
constexpr int64_t kFiltersShown = 8;

std::vector<PicturedKernel> pictures_of(const std::vector<NamedKernel>& kernels) {
  std::vector<PicturedKernel> pictures;
  for (const NamedKernel& kernel : kernels) pictures.push_back(picture_of(kernel));
  return pictures;
}

double sum_of_magnitudes(const Tensor& tensor) {
  double sum = 0;
  for (int64_t i = 0; i < tensor.size(); ++i) sum += std::abs(tensor[i]);
  return sum;
}

/// The branches as kernels of one size: the terms of the final sum, or the only branch.
const std::vector<NamedKernel>& branches_of(const std::vector<FoldStep>& steps) {
  const FoldStep* sum = step_of_sum(steps);
  return sum != nullptr ? sum->before : step_of_branches(steps).kernels;
}

BlockKernels kernels_of(const std::vector<FoldStep>& steps) {
  BlockKernels kernels{.trained = pictures_of(steps[0].kernels), .scaled = pictures_of(branches_of(steps))};
  const FoldStep& last = steps[steps.size() - 2];
  const FoldStep* sum = step_of_sum(steps);
  if (sum != nullptr) kernels.folded.push_back(picture_of({"sum", sum->after.front().kernel}));
  if (sum != &last) kernels.folded.push_back(picture_of({"folded", last.kernels.front().kernel}));
  return kernels;
}

}  // namespace

PicturedKernel picture_of(const NamedKernel& named) {
  const Tensor& weight = named.kernel.weight;
  const int64_t rows = weight.shape()[0], columns = weight.shape()[1];
  const int64_t inputs = weight.shape()[2], outputs = weight.shape()[3];
  const int64_t shown_inputs = std::min(inputs, kFiltersShown), shown_outputs = std::min(outputs, kFiltersShown);
  PicturedKernel picture{named.name, Tensor({rows, columns, shown_inputs, shown_outputs}), Tensor({rows, columns})};
  for (int64_t tap = 0; tap < rows * columns; ++tap) {
    double sum = 0;
    for (int64_t i = 0; i < inputs; ++i) {
      for (int64_t o = 0; o < outputs; ++o) {
        const Real value = weight[(tap * inputs + i) * outputs + o];
        sum += std::abs(value);
        if (i < shown_inputs && o < shown_outputs) {
          picture.filters[(tap * shown_inputs + i) * shown_outputs + o] = value;
        }
      }
    }
    picture.mean_magnitude[tap] = static_cast<Real>(sum / static_cast<double>(inputs * outputs));
  }
  return picture;
}

std::vector<BranchShare> branch_shares(const std::vector<FoldStep>& steps) {
  std::vector<BranchShare> shares;
  double total = 0;
  for (const NamedKernel& branch : branches_of(steps)) {
    shares.push_back({branch.name, sum_of_magnitudes(branch.kernel.weight)});
    total += shares.back().share;
  }
  for (BranchShare& each : shares) each.share = total > 0 ? each.share / total : 0;
  return shares;
}

FoldRow fold_row(const FoldStep& step) {
  return {.title = step.title,
          .parameters = step.parameters,
          .convolutions = step.convolutions,
          .batch_norms = step.batch_norms,
          .additions = step.additions};
}

MapDifference map_difference(const Tensor& a, const Tensor& b) {
  check(a.shape() == b.shape() && a.shape().rank() == 4, "map_difference: ", a.shape(), " and ", b.shape(),
        " are not two feature maps [N, P, Q, K] of the same shape");
  const int64_t images = a.shape()[0], rows = a.shape()[1], columns = a.shape()[2], channels = a.shape()[3];
  MapDifference result;
  for (int64_t pixel = 0; pixel < images * rows * columns; ++pixel) {
    const int64_t row = pixel / columns % rows, column = pixel % columns;
    const bool at_border = row == 0 || column == 0 || row == rows - 1 || column == columns - 1;
    double& largest = at_border ? result.border : result.interior;
    for (int64_t i = pixel * channels; i < (pixel + 1) * channels; ++i) {
      const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
      if (!(difference <= largest)) largest = std::isnan(largest) ? largest : difference;
    }
  }
  return result;
}

FoldedBlockRow demonstrate_block(const std::string& name, Module& block, const Tensor& x) {
  const NoGrad no_grad;
  const std::vector<FoldStep> steps = explain_fold(block);
  const Tensor y = block.forward(Variable(x)).value();
  const Shape one_map{1, x.shape()[1], x.shape()[2], x.shape()[3]};
  FoldedBlockRow row{.name = name,
                     .description = block.description(),
                     .before = count(block, one_map),
                     .after = count(*block.fold(), one_map),
                     .largest_output = max_abs(y),
                     .shares = branch_shares(steps),
                     .kernels = kernels_of(steps)};
  for (const FoldStep& step : steps) {
    const MapDifference difference = map_difference(step.compute(x), y);
    row.steps.push_back(fold_row(step));
    row.steps.back().interior = row.interior = difference.interior;
    row.steps.back().border = row.border = difference.border;
  }
  return row;
}

}  // namespace onefold
