#include "examples/support/fold_demonstration.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/check.h"
#include "core/random.h"
#include "core/softmax.h"
#include "examples/support/format.h"

namespace onefold {

namespace {

/// Filters of a picture: as many rows and columns of small maps as can be told apart.
constexpr int64_t kFiltersShown = 8;

FoldRow row_of(const FoldStep& step) {
  return {.title = step.title,
          .parameters = step.parameters,
          .convolutions = step.convolutions,
          .batch_norms = step.batch_norms,
          .additions = step.additions};
}

std::vector<PicturedKernel> pictures_of(const FoldStep& step) {
  std::vector<PicturedKernel> pictures;
  for (const NamedKernel& kernel : step.kernels) pictures.push_back(picture_of(kernel));
  return pictures;
}

/// One block compared with its last step.
FoldedBlockRow compare_block(const std::string& name, LinearBlock& block, const Tensor& x, const Tensor& y) {
  const std::vector<FoldStep> steps = explain_fold(block);
  const MapDifference difference = map_difference(steps.back().compute(x), y);
  return {.name = name,
          .description = block.description(),
          .parameters_before = steps.front().parameters,
          .parameters_after = steps.back().parameters,
          .interior = difference.interior,
          .border = difference.border,
          .largest_output = max_abs(y),
          .shares = branch_shares(steps)};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double seconds_of_pass(RepVgg& network, const Variable& images) {
  const auto start = std::chrono::steady_clock::now();
  network(images);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
  for (const NamedKernel& branch : step_of_branches(steps).kernels) {
    double size = 0;
    for (int64_t i = 0; i < branch.kernel.weight.size(); ++i) size += std::abs(double{branch.kernel.weight[i]});
    shares.push_back({branch.name, size});
    total += size;
  }
  for (BranchShare& each : shares) each.share = total > 0 ? each.share / total : 0;
  return shares;
}

std::vector<std::pair<std::string, LinearBlock*>> named_blocks(RepVgg& network) {
  std::vector<std::pair<std::string, LinearBlock*>> named;
  for (size_t s = 0; s < network.size().depths.size(); ++s) {
    for (int64_t b = 0; b < network.size().depths[s]; ++b) {
      const std::string name = "stages." + std::to_string(s) + "." + std::to_string(b);
      named.emplace_back(name, &network.block(static_cast<int64_t>(s), b));
    }
  }
  return named;
}

MapDifference map_difference(const Tensor& a, const Tensor& b) {
  check(a.shape() == b.shape() && a.shape().rank() == 4, "map_difference: ", a.shape(), " and ", b.shape(),
        " are not two maps [N, P, Q, K] of one shape");
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

void demonstrate_block(RepVgg& network, const std::string& block, const Tensor& images, FoldRecord& record) {
  const NoGrad no_grad;
  const auto blocks = named_blocks(network);
  const auto chosen = std::find_if(blocks.begin(), blocks.end(), [&](const auto& each) { return each.first == block; });
  check(chosen != blocks.end(), "there is no block ", block, " in ", network.description());
  const Variable x = network.block_inputs(Variable(images))[static_cast<size_t>(chosen - blocks.begin())];

  record.block = block;
  record.block_description = chosen->second->description();
  record.block_images = images.shape()[0];
  const std::vector<FoldStep> steps = explain_fold(*chosen->second);
  const Tensor trained = chosen->second->forward(x).value();
  for (const FoldStep& step : steps) {
    const MapDifference difference = map_difference(step.compute(x.value()), trained);
    record.block_steps.push_back(row_of(step));
    record.block_steps.back().interior = difference.interior;
    record.block_steps.back().border = difference.border;
  }
  record.trained_kernels = pictures_of(steps[0]);
  record.scaled_kernels = pictures_of(step_of_branches(steps));
  record.folded_kernel = pictures_of(steps[steps.size() - 2]);
}

void demonstrate_network(RepVgg& network, const Tensor& images, FoldRecord& record) {
  const NoGrad no_grad;
  const Tensor logits = network(Variable(images)).value();
  for (const FoldStep& step : explain_fold(network)) {
    record.network_steps.push_back(row_of(step));
    record.network_steps.back().interior = max_abs_difference(step.compute(images), logits);
  }
  const auto blocks = named_blocks(network);
  const std::vector<Variable> inputs = network.block_inputs(Variable(images));
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto& [name, block] = blocks[i];
    record.blocks.push_back(compare_block(name, *block, inputs[i].value(), block->forward(inputs[i]).value()));
  }
}

FoldProof compare_forms(const Evaluation& trained, const Evaluation& folded) {
  const std::vector<int> before = argmax_rows(trained.logits), after = argmax_rows(folded.logits);
  FoldProof proof;
  proof.images = static_cast<int64_t>(before.size());
  for (size_t i = 0; i < before.size(); ++i) proof.equal += before[i] == after[i] ? 1 : 0;
  proof.largest_difference = max_abs_difference(trained.logits, folded.logits);
  proof.largest_logit = max_abs(trained.logits);
  proof.accuracy_before = trained.accuracy();
  proof.accuracy_after = folded.accuracy();
  return proof;
}

void check_forms_equal(const FoldProof& proof) {
  check(proof.equal == proof.images && proof.relative() <= kFoldTolerance,
        "the folded network is not the trained one: ", grouped(proof.images - proof.equal), " of ",
        grouped(proof.images), " predictions changed, and a logit moved by ", scientific(proof.relative()),
        " of the largest one, where ", scientific(kFoldTolerance), " is allowed; nothing was written");
}

FormTimes time_forms(RepVgg& trained, RepVgg& folded, int64_t batch, double seconds) {
  const NoGrad no_grad;
  const Variable images(random_normal({batch, 32, 32, 3}, Random(0, 0)));
  constexpr int kWarmUp = 2, kFewest = 5;
  for (int i = 0; i < kWarmUp; ++i) {
    trained(images);
    folded(images);
  }
  // In turns, so that a machine that slows down or speeds up does so for both.
  std::vector<double> before, after;
  for (double spent = 0; spent < seconds || before.size() < kFewest; spent += before.back() + after.back()) {
    before.push_back(seconds_of_pass(trained, images));
    after.push_back(seconds_of_pass(folded, images));
  }
  return {.batch = batch, .before = median(before), .after = median(after)};
}

}  // namespace onefold
