#include "layers/calculus/fixed_conv2d.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

#include "layers/calculus/kernel_calculus.h"
#include "layers/fold/fold_error.h"

namespace onefold {

namespace {

template <class... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
  std::ostringstream reason;
  (reason << ... << parts);
  throw FoldError(reason.str());
}

bool pads(const FixedConv2d& conv) { return conv.args.padding_h > 0 || conv.args.padding_w > 0; }

std::vector<double> border_of(const FixedConv2d& conv) {
  return conv.border.empty() ? std::vector<double>(static_cast<size_t>(conv.channels_in())) : conv.border;
}

/// The convolution's output at a pixel that sees only padding: [K].
std::vector<double> response_to_border(const FixedConv2d& conv) {
  const std::vector<double> border = border_of(conv);
  const auto& [kernel, args, unused] = conv;
  std::vector<double> response = kernel.bias;
  const int64_t K = kernel.channels_out(), K_of_group = K / args.groups;
  for (int64_t tap = 0; tap < kernel.shape[0] * kernel.shape[1]; ++tap) {
    for (int64_t c = 0; c < kernel.shape[2]; ++c) {
      for (int64_t k = 0; k < K; ++k) {
        const double weight = kernel.weight[static_cast<size_t>((tap * kernel.shape[2] + c) * K + k)];
        response[static_cast<size_t>(k)] += weight * border[static_cast<size_t>(k / K_of_group * kernel.shape[2] + c)];
      }
    }
  }
  return response;
}

/// The pixels along one axis that a kernel of `size` elements covers.
int64_t extent(int64_t size, int64_t dilation) { return (size - 1) * dilation + 1; }

int64_t extent_h(const FixedConv2d& conv) { return extent(conv.kernel.shape[0], conv.args.dilation_h); }
int64_t extent_w(const FixedConv2d& conv) { return extent(conv.kernel.shape[1], conv.args.dilation_w); }

/// Throws FoldError unless second pads the feature map in between with what the composed convolution computes there.
void check_map_between(const FixedConv2d& first, const FixedConv2d& second) {
  if (!pads(second)) return;
  const char* remedy =
      "; pad only in the first of the two, by as much as both need, or after a batch norm with its output "
      "for zero (BatchNormPad2d)";
  const bool sees_padding_alone = (second.args.padding_h == 0 || extent_h(first) <= first.args.padding_h + 1) &&
                                  (second.args.padding_w == 0 || extent_w(first) <= first.args.padding_w + 1);
  if (!sees_padding_alone) {
    refuse("it pads the feature map after a ", size_text(first),
           " with a constant, but a single convolution would keep computing from the pixels at the edge: they "
           "differ at the border",
           remedy);
  }
  // Equal up to the rounding of a constant that a layer holds as a Real.
  const std::vector<double> computed = response_to_border(first), padded = border_of(second);
  double largest = 0;
  for (size_t m = 0; m < computed.size(); ++m) {
    largest = std::max({largest, std::abs(computed[m]), std::abs(padded[m])});
  }
  for (size_t m = 0; m < computed.size(); ++m) {
    if (std::abs(computed[m] - padded[m]) <= 4 * double{std::numeric_limits<Real>::epsilon()} * largest) continue;
    refuse("it pads the feature map after a ", size_text(first), " with ", padded[m], " in channel ", m,
           ", but a single convolution has ", computed[m], " there, its bias: they differ at the border", remedy);
  }
}

DoubleKernel dilated(const FixedConv2d& conv) {
  return conv.args.dilation_h == 1 && conv.args.dilation_w == 1
             ? conv.kernel
             : dilate_kernel(conv.kernel, conv.args.dilation_h, conv.args.dilation_w);
}

}  // namespace

std::string size_text(const FixedConv2d& conv) {
  return std::to_string(conv.kernel.shape[0]) + "x" + std::to_string(conv.kernel.shape[1]) + " convolution";
}

FixedConv2d compose(const FixedConv2d& first, const FixedConv2d& second) {
  if (first.channels_out() != second.channels_in()) {
    refuse("it takes ", second.channels_in(), " channels, but the piece before it gives ", first.channels_out());
  }
  check_map_between(first, second);

  // Along each axis, the elements of the second kernel are first's stride apart; if the first kernel is 1x1, a dilation
  // does the same.
  const Conv2dArgs &a = first.args, &b = second.args;
  Conv2dArgs args;
  args.groups = std::gcd(a.groups, b.groups);
  args.stride_h = a.stride_h * b.stride_h;
  args.stride_w = a.stride_w * b.stride_w;
  args.padding_h = a.padding_h + a.stride_h * b.padding_h;
  args.padding_w = a.padding_w + a.stride_w * b.padding_w;
  const auto is_pointwise = [](const FixedConv2d& conv) {
    return conv.kernel.shape[0] == 1 && conv.kernel.shape[1] == 1;
  };
  if (is_pointwise(second)) {
    args.dilation_h = a.dilation_h;
    args.dilation_w = a.dilation_w;
    return {compose_kernels(first.kernel, a.groups, 1, 1, second.kernel, b.groups), args, first.border};
  }
  if (is_pointwise(first)) {
    args.dilation_h = second.kernel.shape[0] == 1 ? 1 : b.dilation_h * a.stride_h;
    args.dilation_w = second.kernel.shape[1] == 1 ? 1 : b.dilation_w * a.stride_w;
    return {compose_kernels(first.kernel, a.groups, 1, 1, second.kernel, b.groups), args, first.border};
  }
  return {compose_kernels(dilated(first), a.groups, a.stride_h, a.stride_w, dilated(second), b.groups), args,
          first.border};
}

namespace {

/// One axis of a convolution: output pixel p sees the pixels p stride - padding + [0, extent).
struct Axis {
  int64_t stride, padding, extent;
  int64_t slack() const { return 2 * padding - extent; }  // H pixels give (H + slack) / stride + 1, rounded down
  int64_t end() const { return extent - padding; }
};

/// The smallest axis that contains all. Feature maps that a forward pass can add have the same size; the common axis
/// must give that size too.
Axis common_axis(const char* what, const std::vector<Axis>& axes, const std::vector<std::string>& names) {
  Axis common{axes.front().stride, 0, 0};
  size_t least = 0, most = 0;
  for (size_t b = 0; b < axes.size(); ++b) {
    if (axes[b].stride != common.stride) {
      refuse("branch ", names[b], " has stride ", axes[b].stride, " along the ", what, ", branch ", names[0],
             " has stride ", common.stride, "; a sum needs equal strides");
    }
    common.padding = std::max(common.padding, axes[b].padding);
    if (axes[b].slack() < axes[least].slack()) least = b;
    if (axes[b].slack() > axes[most].slack()) most = b;
  }
  for (const Axis& axis : axes) common.extent = std::max(common.extent, common.padding + axis.end());

  const int64_t low = axes[least].slack(), high = axes[most].slack();
  if (high - low >= common.stride || common.slack() < low || common.slack() > high) {
    const auto text = [&](size_t b) {
      return "branch " + names[b] + " covers " + std::to_string(axes[b].extent) +
             (axes[b].extent == 1 ? " pixel" : " pixels") + " with padding " + std::to_string(axes[b].padding);
    };
    refuse("the branches' grids differ along the ", what, " at stride ", common.stride, ": ", text(least), ", ",
           text(most),
           ", so their outputs belong to different pixels, or their feature maps differ in size; give each branch "
           "half of its extent as padding, none for a 1x1 and one for a 3x3");
  }
  return common;
}

bool same_window(const FixedConv2d& a, const FixedConv2d& b) {
  return a.kernel.shape[0] == b.kernel.shape[0] && a.kernel.shape[1] == b.kernel.shape[1] &&
         a.args.padding_h == b.args.padding_h && a.args.padding_w == b.args.padding_w &&
         a.args.dilation_h == b.args.dilation_h && a.args.dilation_w == b.args.dilation_w;
}

}  // namespace

CommonWindow common_window(const std::vector<FixedConv2d>& summands, const std::vector<std::string>& names) {
  const FixedConv2d& one = summands.front();
  std::vector<Axis> rows, columns;
  bool same = true;
  int64_t groups = one.args.groups;
  for (size_t b = 0; b < summands.size(); ++b) {
    const FixedConv2d& conv = summands[b];
    if (conv.channels_in() != one.channels_in() || conv.channels_out() != one.channels_out()) {
      refuse("branch ", names[b], " maps ", conv.channels_in(), " -> ", conv.channels_out(), " channels, branch ",
             names[0], " ", one.channels_in(), " -> ", one.channels_out(), "; a sum needs equal numbers of channels");
    }
    if (summands.size() > 1 && pads(conv) && !conv.border.empty()) {
      refuse("branch ", names[b],
             " pads the sum's input with a constant that is not zero, which a sum cannot do; pad "
             "before the sum");
    }
    rows.push_back({conv.args.stride_h, conv.args.padding_h, extent_h(conv)});
    columns.push_back({conv.args.stride_w, conv.args.padding_w, extent_w(conv)});
    groups = std::gcd(groups, conv.args.groups);
    same = same && same_window(conv, one);
  }
  const Axis h = common_axis("rows", rows, names), w = common_axis("columns", columns, names);
  CommonWindow window;
  window.args = one.args;
  window.args.groups = groups;
  window.size = {one.kernel.shape[0], one.kernel.shape[1]};
  if (same) return window;
  window.size = {h.extent, w.extent};
  window.args.padding_h = h.padding;
  window.args.padding_w = w.padding;
  window.args.dilation_h = window.args.dilation_w = 1;
  if (!fits(one, window)) window.args.algorithm = ConvAlgorithm::automatic;
  return window;
}

bool fits(const FixedConv2d& conv, const CommonWindow& window) {
  return conv.kernel.shape[0] == window.size[0] && conv.kernel.shape[1] == window.size[1] &&
         conv.args.groups == window.args.groups && conv.args.dilation_h == window.args.dilation_h &&
         conv.args.dilation_w == window.args.dilation_w;
}

FixedConv2d placed(const FixedConv2d& conv, const CommonWindow& window) {
  if (fits(conv, window)) return {conv.kernel, window.args, conv.border};
  const bool dilates = conv.args.dilation_h != window.args.dilation_h || conv.args.dilation_w != window.args.dilation_w;
  const DoubleKernel regrouped =
      regroup_kernel(dilates ? dilated(conv) : conv.kernel, conv.args.groups, window.args.groups);
  return {place_kernel(regrouped, window.args.padding_h - conv.args.padding_h,
                       window.args.padding_w - conv.args.padding_w, window.size[0], window.size[1]),
          window.args, conv.border};
}

Kernel rounded(const FixedConv2d& conv) {
  if (pads(conv) && !conv.border.empty()) {
    refuse(
        "it pads its input with a constant that is not zero, which a convolution cannot do; fold it together with "
        "the piece before it, or pad with zeros");
  }
  return conv.kernel.rounded();
}

}  // namespace onefold
