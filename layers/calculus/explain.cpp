#include "layers/calculus/explain.h"

#include <algorithm>
#include <utility>

#include "core/annex/padding.h"
#include "core/check.h"
#include "core/ops/elementwise.h"

namespace onefold {

namespace {

using Compute = std::function<Tensor(const Tensor& x)>;

/// A convolution's kernel, rounded to Real, without bias if it has none.
Kernel kernel_of(const LinearForm& piece) {
  Kernel kernel = piece.conv.kernel.rounded();
  if (!piece.has_bias) kernel.bias = {};
  return kernel;
}

Compute computation_of_piece(const LinearForm& piece) {
  if (piece.compute) return piece.compute;
  Conv2dArgs args = piece.conv.args;
  if (piece.conv.border.empty()) {
    return [kernel = kernel_of(piece), args](const Tensor& x) { return conv2d(x, kernel.weight, args, kernel.bias); };
  }
  // A convolution cannot pad with a constant: pad first.
  Tensor border({piece.conv.channels_in()});
  for (int64_t c = 0; c < border.size(); ++c) border[c] = static_cast<Real>(piece.conv.border[static_cast<size_t>(c)]);
  const int64_t rows = std::exchange(args.padding_h, 0), columns = std::exchange(args.padding_w, 0);
  return [kernel = kernel_of(piece), args, border, rows, columns](const Tensor& x) {
    return conv2d(pad2d_forward(x, border, rows, columns), kernel.weight, args, kernel.bias);
  };
}

int64_t convolutions_in(const LinearForm& form) {
  int64_t count = form.kind == LinearForm::Kind::piece && form.is_convolution ? 1 : 0;
  for (const LinearForm& part : form.parts) count += convolutions_in(part);
  return count;
}

/// Adds up counts and kernels. A branch's only convolution has the branch's name, several append their own names.
void count_in(const LinearForm& form, const std::string& branch, FoldStep& step) {
  switch (form.kind) {
    case LinearForm::Kind::piece:
      step.parameters += form.parameters;
      step.batch_norms += form.norm ? 1 : 0;
      if (!form.is_convolution) return;
      step.convolutions += 1;
      step.kernels.push_back({branch.empty() ? "sum" : branch, kernel_of(form)});
      step.parameters += step.kernels.back().kernel.weight.size() + step.kernels.back().kernel.bias.size();
      return;
    case LinearForm::Kind::chain: {
      const bool several = convolutions_in(form) > 1;
      for (const LinearForm& part : form.parts) {
        const bool nameless = branch.empty() || part.name.empty();
        count_in(part, several ? (nameless ? branch + part.name : branch + "." + part.name) : branch, step);
      }
      return;
    }
    case LinearForm::Kind::sum:
      step.additions += static_cast<int64_t>(form.parts.size()) - 1;
      for (const LinearForm& part : form.parts) {
        count_in(part, branch.empty() ? part.name : branch + "." + part.name, step);
      }
  }
}

FoldStep step_of(std::string title, const LinearForm& form, Activation activation) {
  FoldStep step;
  step.title = std::move(title);
  count_in(form, form.name, step);
  step.compute = [sum = computation(form), activation](const Tensor& x) {
    const Tensor y = sum(x);
    return activation == Activation::relu ? relu_forward(y) : y;
  };
  return step;
}

/// The last step: the module that fold() returns, without the branches.
FoldStep step_of_module(std::string title, const std::shared_ptr<Module>& folded, const LinearForm& form) {
  FoldStep step;
  step.title = std::move(title);
  step.kernels.push_back({"folded", form.conv.kernel.rounded()});
  step.parameters = count_parameters(*folded);
  step.convolutions = 1;
  step.compute = [folded](const Tensor& x) {
    const NoGrad no_grad;
    return (*folded)(Variable(x)).value();
  };
  return step;
}

NamedKernel named(const LinearForm& piece) {
  const std::string& name = piece.name.empty() ? piece.what : piece.name;
  if (piece.is_convolution) return {name, kernel_of(piece)};
  return {name, piece.conv.kernel.rounded()};
}

}  // namespace

Compute computation(const LinearForm& form) {
  if (form.kind == LinearForm::Kind::piece) return computation_of_piece(form);
  std::vector<Compute> parts;
  for (const LinearForm& part : form.parts) parts.push_back(computation(part));
  if (form.kind == LinearForm::Kind::chain) {
    return [parts](const Tensor& x) {
      Tensor y = x;
      for (const Compute& part : parts) y = part(y);
      return y;
    };
  }
  return [parts](const Tensor& x) {
    Tensor sum = parts.front()(x);
    for (size_t b = 1; b < parts.size(); ++b) sum = add(sum, parts[b](x));
    return sum;
  };
}

std::vector<FoldStep> explain_fold(Module& block) {
  LinearForm form = form_before_activation(block);
  const Activation activation = linear_view(block)->activation;
  std::vector<FoldStep> steps;
  steps.push_back(step_of("the trained block, evaluation mode", form, activation));
  reduce(form, [&](const Rewrite& rewrite) {
    steps.push_back(step_of(rewrite.title, form, activation));
    steps.back().adds = rewrite.adds;
    for (const LinearForm& piece : rewrite.before) steps.back().before.push_back(named(piece));
    steps.back().after.push_back(named(rewrite.after));
  });
  steps.push_back(step_of_module("branches gone", block.fold(), form));
  return steps;
}

const FoldStep& step_of_branches(const std::vector<FoldStep>& steps) {
  check(steps.size() >= 2, "step_of_branches: ", steps.size(), " steps; give it what explain_fold() returns");
  const size_t before_last = steps.size() - 2;
  return before_last >= 1 && steps[before_last].adds ? steps[before_last - 1] : steps[before_last];
}

const FoldStep* step_of_sum(const std::vector<FoldStep>& steps) {
  const auto is_sum = [](const FoldStep& step) { return step.adds; };
  const auto last = std::find_if(steps.rbegin(), steps.rend(), is_sum);
  return last == steps.rend() ? nullptr : &*last;
}

}  // namespace onefold
