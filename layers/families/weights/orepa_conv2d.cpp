#include "layers/families/weights/orepa_conv2d.h"

#include <cmath>
#include <numbers>

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "core/check.h"
#include "layers/families/weights/conv_block.h"

namespace onefold {

namespace {

constexpr int64_t kBranches = 6;
constexpr int64_t kFilters = 8;  // of the depthwise branch, per input channel

/// One filter per output channel, [size, size, 1, out], from a value per pixel and channel.
template <class Pixel>
Variable fixed_filter(int64_t size, int64_t out, const Pixel& pixel) {
  Tensor filter({size, size, 1, out});
  for (int64_t i = 0; i < filter.size(); ++i) {
    filter[i] = static_cast<Real>(pixel(i / out / size, i / out % size, i % out));
  }
  return Variable(filter);
}

Variable centre_filter(int64_t size, int64_t out) {
  return fixed_filter(size, out, [size](int64_t r, int64_t s, int64_t) { return r == size / 2 && s == size / 2; });
}

Variable average_filter(int64_t size, int64_t out) {
  return fixed_filter(size, out, [size](int64_t, int64_t, int64_t) { return 1.0 / static_cast<double>(size * size); });
}

// [cosine]
/// Cosines that cycle through the frequencies 1 ... size - 1, along the rows for the first half of the channels, along
/// the columns for the second.
Variable cosine_filter(int64_t size, int64_t out) {
  return fixed_filter(size, out, [size, out](int64_t r, int64_t s, int64_t channel) {
    const bool along_rows = channel < out / 2;
    const auto frequency = static_cast<double>(size > 1 ? 1 + channel % (size - 1) : 0);
    const double position = static_cast<double>(along_rows ? r : s) + 0.5;
    return std::cos(std::numbers::pi * position * frequency / static_cast<double>(size));
  });
}
// [/cosine]

}  // namespace

OrepaConv2d::OrepaConv2d(const Conv2dOptions& options, Initializer& initializer)
    : ComposedConv2d(options.in, options.args), options_(options) {
  const Shape shape = composed_shape(options, "OrepaConv2d");
  check(shape[0] == shape[1] && shape[0] % 2 == 1, "OrepaConv2d: a kernel of ", shape[0], "x", shape[1],
        "; expected a square one of odd size");
  const int64_t size = shape[0], in = options.in, out = options.out, groups = options.args.groups;
  const auto weight = [&](const Shape& of) { return Variable(he_normal(of, of.rows(), initializer), true); };
  const auto scale = [out] { return Variable(Tensor::full({out}, Real(1 / std::sqrt(double{kBranches}))), true); };

  kernel_ = weight(shape);
  for (const auto& [name, filter] :
       {std::pair{"centre", centre_filter(size, out)}, std::pair{"average", average_filter(size, out)},
        std::pair{"cosine", cosine_filter(size, out)}}) {
    filtered_.push_back({name, weight({1, 1, in / groups, out}), filter, scale()});
  }
  pointwise_ = weight({1, 1, in / groups, in});
  after_pointwise_ = weight(shape);
  depthwise_ = weight({size, size, 1, in * kFilters});
  after_depthwise_ = weight({1, 1, in / groups * kFilters, out});
  scale_kernel_ = scale();
  scale_pointwise_ = scale();
  scale_depthwise_ = scale();
}

// [branches]
std::vector<OrepaConv2d::BranchKernel> OrepaConv2d::branch_kernels() const {
  const int64_t in = options_.in, out = options_.out, groups = options_.args.groups;
  std::vector<BranchKernel> branches{{"kernel", scale_channels(kernel_, scale_kernel_)}};
  for (const Filtered& branch : filtered_) {
    const ComposeArgs then_filter{.first_groups = groups, .second_groups = out};
    branches.push_back(
        {branch.name, scale_channels(compose_kernels(branch.pointwise, branch.filter, then_filter), branch.scale)});
  }
  const Variable two = compose_kernels(pointwise_, after_pointwise_, {.first_groups = groups, .second_groups = groups});
  branches.push_back({"pointwise", scale_channels(two, scale_pointwise_)});
  const Variable separable =
      compose_kernels(depthwise_, after_depthwise_, {.first_groups = in, .second_groups = groups});
  branches.push_back({"depthwise", scale_channels(separable, scale_depthwise_)});
  return branches;
}

Variable OrepaConv2d::kernel() const {
  Variable sum;
  for (const BranchKernel& branch : branch_kernels()) sum = sum.defined() ? add(sum, branch.kernel) : branch.kernel;
  return sum;
}
// [/branches]

void OrepaConv2d::visit(Visitor& visitor) {
  visitor.parameter("kernel", kernel_);
  visitor.parameter("scale_kernel", scale_kernel_);
  for (Filtered& branch : filtered_) {
    visitor.parameter(branch.name, branch.pointwise);
    visitor.parameter("scale_" + branch.name, branch.scale);
  }
  visitor.parameter("pointwise", pointwise_);
  visitor.parameter("after_pointwise", after_pointwise_);
  visitor.parameter("scale_pointwise", scale_pointwise_);
  visitor.parameter("depthwise", depthwise_);
  visitor.parameter("after_depthwise", after_depthwise_);
  visitor.parameter("scale_depthwise", scale_depthwise_);
}

std::string OrepaConv2d::description() const {
  return "OrepaConv2d " + conv2d_text(weight_shape(options_, "OrepaConv2d"), args());
}

std::unique_ptr<Module> make_orepa_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<ConvBlock<OrepaConv2d>>(options, initializer);
}

}  // namespace onefold
