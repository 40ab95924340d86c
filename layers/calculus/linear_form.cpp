#include "layers/calculus/linear_form.h"

#include <utility>

#include "core/check.h"
#include "layers/fold/fold_error.h"

namespace onefold {

int64_t LinearForm::channels_out() const {
  if (kind == Kind::piece) return conv.channels_out();
  return kind == Kind::chain ? parts.back().channels_out() : parts.front().channels_out();
}

LinearForm convolution_form(const Kernel& kernel, const Conv2dArgs& args) {
  LinearForm form;
  form.conv = {kernel, args, {}};
  form.what = size_text(form.conv);
  form.is_convolution = true;
  form.has_bias = kernel.bias.defined();
  return form;
}

LinearForm batch_norm_form(const FixedBatchNorm& norm) {
  const int64_t channels = norm.gamma.size();
  LinearForm form;
  form.what = "batch norm";
  form.conv = {fold_batch_norm(identity_kernel(channels, channels, 1, 1), norm), conv2d_args(1, 0, channels), {}};
  form.norm = norm;
  form.parameters = 2 * channels;
  form.compute = [norm](const Tensor& x) {
    return batch_norm_forward(x, norm.statistics, norm.gamma, norm.beta, norm.eps);
  };
  return form;
}

LinearForm piece_form(std::string what, FixedConv2d conv, std::function<Tensor(const Tensor& x)> compute,
                      int64_t parameters) {
  LinearForm form;
  form.what = std::move(what);
  form.conv = std::move(conv);
  form.compute = std::move(compute);
  form.parameters = parameters;
  return form;
}

LinearForm identity_form(int64_t channels) {
  return piece_form("identity", {identity_kernel(channels, channels, 1, 1), conv2d_args(1, 0, channels), {}},
                    [](const Tensor& x) { return x; });
}

namespace {

/// The convolution that a rewrite created.
LinearForm made(const std::string& name, FixedConv2d conv) {
  LinearForm form;
  form.name = name;
  form.conv = std::move(conv);
  form.what = size_text(form.conv);
  form.is_convolution = form.has_bias = true;
  return form;
}

std::string without(const std::string& text, const std::string& end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : text;
}

/// Two neighbours of a chain as one convolution. If they cannot be joined, the error names the second.
Rewrite joined(const LinearForm& first, const LinearForm& second) {
  return fold_piece(second.name, [&] {
    const bool plain_norm = second.norm && first.channels_out() == second.conv.channels_in();
    FixedConv2d conv =
        plain_norm && second.conv.args.padding_h == 0 && second.conv.args.padding_w == 0
            ? FixedConv2d{fold_batch_norm(first.conv.kernel, *second.norm), first.conv.args, first.conv.border}
            : compose(first.conv, second.conv);
    std::string title = second.norm ? second.what + " into the " + first.what
                                    : first.what + " and " + second.what + " as one " + size_text(conv);
    return Rewrite{std::move(title), {first, second}, made(first.name, std::move(conv))};
  });
}

std::string text_of(const Shape& size) { return std::to_string(size[0]) + "x" + std::to_string(size[1]); }

/// ", padded to 3x3": what placed() changes.
std::string change_text(const FixedConv2d& conv, const CommonWindow& window) {
  std::string text;
  const bool dilates = conv.args.dilation_h != window.args.dilation_h || conv.args.dilation_w != window.args.dilation_w;
  const Shape& size = conv.kernel.shape;
  if (dilates && size[0] * size[1] > 1) text += ", zeros between its elements";
  if (size[0] != window.size[0] || size[1] != window.size[1]) text += ", padded to " + text_of(window.size);
  if (conv.args.groups != window.args.groups) {
    text += ", in " + std::to_string(window.args.groups) + (window.args.groups == 1 ? " group" : " groups");
  }
  return text;
}

/// The rewrite that ends a branch, extended by placing its result in the window common to all branches.
Rewrite then_placed(Rewrite rewrite, const CommonWindow& window) {
  const LinearForm& now = rewrite.after;
  if (fits(now.conv, window) && now.is_convolution) return rewrite;
  if (!rewrite.title.empty()) {
    rewrite.title = without(rewrite.title, " convolution") + change_text(now.conv, window);
  } else if (now.is_convolution) {
    rewrite.title = "the " + without(now.what, " convolution") + change_text(now.conv, window);
  } else {
    rewrite.title =
        "the " + std::string(now.norm ? "identity's " : "") + now.what + " as a " + text_of(window.size) + " kernel";
  }
  rewrite.after = made(now.name, placed(now.conv, window));
  return rewrite;
}

void reduce(LinearForm& form, const OnRewrite& on_rewrite, const CommonWindow* window);

/// Joins neighbours from the left until one is left. The last rewrite also places the result in the window.
void reduce_chain(LinearForm& form, const OnRewrite& on_rewrite, const CommonWindow* window) {
  check(!form.parts.empty(), "LinearForm: an empty chain; use an identity piece");
  for (LinearForm& part : form.parts) {
    const bool last = form.parts.size() == 1;
    fold_piece(part.kind == LinearForm::Kind::piece ? "" : part.name,
               [&] { reduce(part, on_rewrite, last ? window : nullptr); });
  }
  // [join-neighbours]
  while (form.parts.size() > 1) {
    Rewrite rewrite = joined(form.parts[0], form.parts[1]);
    form.parts.erase(form.parts.begin());
    if (form.parts.size() == 1 && window != nullptr) rewrite = then_placed(std::move(rewrite), *window);
    form.parts[0] = rewrite.after;
    if (on_rewrite) on_rewrite(rewrite);
  }
  // [/join-neighbours]
  LinearForm result = std::move(form.parts[0]);
  result.name = form.name;
  form = std::move(result);
}

void reduce_sum(LinearForm& form, const OnRewrite& on_rewrite) {
  check(!form.parts.empty(), "LinearForm: an empty sum; give it a branch");
  std::vector<FixedConv2d> convs;
  std::vector<std::string> names;
  for (const LinearForm& part : form.parts) {
    LinearForm copy = part;
    fold_branch(part.name, [&] { reduce(copy, {}, nullptr); });
    convs.push_back(std::move(copy.conv));
    names.push_back(part.name);
  }
  const CommonWindow window = common_window(convs, names);

  // A single branch is not a sum.
  if (form.parts.size() == 1) {
    reduce(form.parts.front(), on_rewrite, nullptr);
    LinearForm only = std::move(form.parts.front());
    only.name = form.name;
    form = std::move(only);
    return;
  }
  for (size_t b = 0; b < form.parts.size(); ++b) {
    if (on_rewrite) {
      reduce(form.parts[b], on_rewrite, &window);
    } else {
      form.parts[b] = made(names[b], placed(convs[b], window));
    }
  }
  std::vector<DoubleKernel> kernels;
  for (const LinearForm& part : form.parts) kernels.push_back(part.conv.kernel);
  Rewrite rewrite{"kernels and biases added", std::move(form.parts),
                  made(form.name, {add_kernels(kernels), window.args, {}}), /*adds=*/true};
  form = rewrite.after;
  if (on_rewrite) on_rewrite(rewrite);
}

void reduce(LinearForm& form, const OnRewrite& on_rewrite, const CommonWindow* window) {
  if (form.kind == LinearForm::Kind::chain) return reduce_chain(form, on_rewrite, window);
  if (form.kind == LinearForm::Kind::sum) reduce_sum(form, on_rewrite);
  if (window == nullptr) return;
  Rewrite rewrite = then_placed({"", {form}, form}, *window);
  form = rewrite.after;
  if (on_rewrite && !rewrite.title.empty()) on_rewrite(rewrite);
}

}  // namespace

void reduce(LinearForm& form, const OnRewrite& on_rewrite) {
  reduce(form, on_rewrite, nullptr);
  if (form.is_convolution) return;
  // A single piece that is not a convolution yet, such as a batch norm.
  Rewrite rewrite{"the " + form.what + " as a " + size_text(form.conv), {form}, made(form.name, form.conv)};
  form = rewrite.after;
  if (on_rewrite) on_rewrite(rewrite);
}

}  // namespace onefold
