#include "layers/reparam/explain.h"

#include <utility>

#include "core/elementwise.h"

namespace onefold {

namespace {

/// A branch ready to run: its kernel rounded to Real, without bias where a batch norm still follows.
struct RunnableBranch {
  std::optional<Kernel> kernel;
  Conv2dArgs args;
  std::optional<FixedBatchNorm> norm;

  Tensor run(const Tensor& x) const {
    Tensor y = kernel ? conv2d(x, kernel->weight, args, kernel->bias) : x;
    return norm ? batch_norm_forward(y, norm->statistics, norm->gamma, norm->beta, norm->eps) : y;
  }
};

/// relu(sum of branches): counts, kernels and the way to run it follow from the branches alone.
FoldStep step_of(std::string title, const std::vector<LinearBranch>& branches) {
  FoldStep step;
  step.title = std::move(title);
  step.additions = static_cast<int64_t>(branches.size()) - 1;
  std::vector<RunnableBranch> runnable;
  for (const LinearBranch& branch : branches) {
    RunnableBranch run{std::nullopt, branch.args, branch.norm};
    if (branch.kernel) {
      run.kernel = branch.kernel->rounded();
      if (branch.norm) run.kernel->bias = {};
      step.kernels.push_back({branch.name, *run.kernel});
      step.convolutions += 1;
      step.parameters += run.kernel->weight.size() + run.kernel->bias.size();
    }
    if (branch.norm) {
      step.batch_norms += 1;
      step.parameters += branch.norm->gamma.size() + branch.norm->beta.size();
    }
    runnable.push_back(std::move(run));
  }
  step.compute = [runnable = std::move(runnable)](const Tensor& x) {
    Tensor sum = runnable.front().run(x);
    for (size_t b = 1; b < runnable.size(); ++b) sum = add(sum, runnable[b].run(x));
    return relu_forward(sum);
  };
  return step;
}

/// The last step: the module that fold() makes, and nothing of the branches.
FoldStep step_of_module(std::string title, const std::shared_ptr<Module>& folded) {
  const auto& block = dynamic_cast<const ConvRelu&>(*folded);
  FoldStep step;
  step.title = std::move(title);
  step.kernels.push_back({"folded", block.conv().kernel()});
  step.parameters = block.conv().weight().value().size() + block.conv().bias().value().size();
  step.convolutions = 1;
  step.compute = [folded](const Tensor& x) {
    const NoGrad no_grad;
    return folded->forward(Variable(x)).value();
  };
  return step;
}

}  // namespace

std::vector<FoldStep> explain_fold(const RepVggBlock& block) {
  std::vector<LinearBranch> branches = block.branches();
  std::vector<FoldStep> steps;
  steps.push_back(step_of("the trained block, evaluation mode", branches));

  // Rewrite one branch after the other as a 3x3 convolution with the block's own stride, padding and groups.
  const auto rewrite = [&](size_t b) {
    branches[b] = {branches[b].name, fold_branch(branches[b], 3, 3), block.args(), std::nullopt};
  };
  const size_t identity = block.has_pointwise() ? 2 : 1;
  rewrite(0);
  steps.push_back(step_of("batch norm into the 3x3 convolution", branches));
  if (block.has_pointwise()) rewrite(1);
  steps.push_back(step_of(block.has_pointwise() ? "batch norm into the 1x1, padded to 3x3"
                                                : "no 1x1 branch here: nothing to rewrite",
                          branches));
  if (block.has_identity()) rewrite(identity);
  steps.push_back(step_of(block.has_identity() ? "the identity's batch norm as a 3x3 kernel"
                                               : "no identity branch here: nothing to rewrite",
                          branches));

  std::vector<DoubleKernel> kernels;
  for (const LinearBranch& branch : branches) kernels.push_back(*branch.kernel);
  steps.push_back(step_of("kernels and biases added", {{"sum", add_kernels(kernels), block.args(), std::nullopt}}));
  steps.push_back(step_of_module("branches gone", block.fold()));
  return steps;
}

}  // namespace onefold
