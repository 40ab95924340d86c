#include "layers/calculus/pieces.h"

#include <sstream>

#include "autograd/annex/annex_ops.h"
#include "autograd/annex/pooling_ops.h"
#include "autograd/ops.h"
#include "core/annex/elementwise.h"
#include "core/annex/padding.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/kernel_calculus.h"
#include "layers/conv2d.h"
#include "layers/fold/fold_error.h"

namespace onefold {

namespace {

/// A convolution for a piece on its own.
std::unique_ptr<Module> fold_alone(const LinearPiece& piece) {
  const LinearForm form = piece.linear(known_channels(piece));
  auto folded = std::make_unique<Conv2d>(rounded(form.conv), form.conv.args);
  folded->eval();
  return folded;
}

/// "1", or "1x2" if the two differ.
std::string text_of(int64_t rows, int64_t columns) {
  return std::to_string(rows) + (rows == columns ? "" : "x" + std::to_string(columns));
}

}  // namespace

// -- ChannelScale

ChannelScale::ChannelScale(int64_t channels, Real first) {
  check(channels >= 1, "ChannelScale: ", channels, " channels, expected at least 1");
  weight_ = Variable(Tensor::full({channels}, first), true);
}

Variable ChannelScale::forward(const Variable& x) { return scale_channels(x, weight_); }

void ChannelScale::visit(Visitor& visitor) { visitor.parameter("weight", weight_); }

std::string ChannelScale::description() const { return "ChannelScale " + std::to_string(weight_.shape()[0]); }

std::unique_ptr<Module> ChannelScale::fold() const { return fold_alone(*this); }

LinearForm ChannelScale::linear(int64_t channels) const {
  check_evaluation_mode(*this);
  check_finite("weight", weight_.value());
  const Tensor scale = weight_.value().clone();
  FixedConv2d conv{identity_kernel(channels, channels, 1, 1), conv2d_args(1, 0, channels), {}};
  for (int64_t c = 0; c < channels; ++c) conv.kernel.at(0, 0, 0, c) = double{scale[c]};
  return piece_form(
      "channel scale", conv, [scale](const Tensor& x) { return scale_channels_forward(x, scale); }, channels);
}

// -- FixedScale

Variable FixedScale::forward(const Variable& x) { return scale(x, factor_); }

std::string FixedScale::description() const {
  std::ostringstream text;
  text << "FixedScale by " << factor_;
  return text.str();
}

std::unique_ptr<Module> FixedScale::fold() const { return fold_to_copy(*this, factor_); }

LinearForm FixedScale::linear(int64_t channels) const {
  check_evaluation_mode(*this);
  FixedConv2d conv{identity_kernel(channels, channels, 1, 1), conv2d_args(1, 0, channels), {}};
  for (double& weight : conv.kernel.weight) weight *= double{factor_};
  return piece_form("fixed scale", conv, [factor = factor_](const Tensor& x) { return scale(x, factor); });
}

// -- AvgPool2d

Variable AvgPool2d::forward(const Variable& x) { return avg_pool2d(x, args_); }

std::string AvgPool2d::description() const { return "AvgPool2d " + window_text(args_); }

std::unique_ptr<Module> AvgPool2d::fold() const { return fold_to_copy(*this, args_); }

LinearForm AvgPool2d::linear(int64_t channels) const {
  if (args_.padding != 0 && !args_.count_padding) {
    throw FoldError(description() + ", so it divides by fewer pixels at the edge, and no kernel does that; in a " +
                    "branch use an AvgPool2d whose padding counts");
  }
  const std::string side = std::to_string(args_.kernel);
  return piece_form(
      "average pool " + side + "x" + side,
      {average_kernel(channels, args_.kernel, args_.kernel), conv2d_args(args_.stride, args_.padding, channels), {}},
      [args = args_](const Tensor& x) { return avg_pool2d_forward(x, args); });
}

// -- Pad2d

Pad2d::Pad2d(int64_t rows, int64_t columns, const Tensor& value) : rows_(rows), columns_(columns) {
  check(rows >= 0 && columns >= 0, "Pad2d: padding ", rows, "x", columns, "; both must be at least 0");
  check(!value.defined() || value.shape().rank() == 1, "Pad2d: value ", value.defined() ? value.shape() : Shape{},
        " must be one value per channel, [C]");
  if (value.defined()) value_ = value.clone();
}

Variable Pad2d::forward(const Variable& x) {
  return pad2d(x, value_.defined() ? Variable(value_) : Variable(), rows_, columns_);
}

void Pad2d::visit(Visitor& visitor) {
  if (value_.defined()) visitor.buffer("value", value_);
}

std::string Pad2d::description() const {
  return "Pad2d " + text_of(rows_, columns_) + (value_.defined() ? ", with a constant" : "");
}

std::unique_ptr<Module> Pad2d::fold() const { return fold_to_copy(*this, rows_, columns_, value_); }

LinearForm Pad2d::linear(int64_t channels) const {
  check_evaluation_mode(*this);
  FixedConv2d conv{identity_kernel(channels, channels, 1, 1), conv2d_args(1, 0, channels), {}};
  conv.args.padding_h = rows_;
  conv.args.padding_w = columns_;
  if (value_.defined()) {
    check_finite("value", value_);
    conv.border.assign(value_.data(), value_.data() + channels);
  }
  return piece_form("padding " + text_of(rows_, columns_), conv,
                    [rows = rows_, columns = columns_, value = value_](const Tensor& x) {
                      return pad2d_forward(x, value, rows, columns);
                    });
}

// -- BatchNormPad2d

BatchNormPad2d::BatchNormPad2d(int64_t channels, int64_t padding) : norm_(channels), padding_(padding) {
  check(padding >= 0, "BatchNormPad2d: padding ", padding, " must be at least 0");
}

Variable BatchNormPad2d::forward(const Variable& x) {
  const NormInput input = norm_.norm_input(x);
  const auto& [unused, gamma, beta, statistics] = input;
  const StatisticsOf of = norm_.statistics_of();
  const Variable value = batch_norm_of_zero(x, gamma, beta, statistics, of, norm_.eps());
  return pad2d(batch_norm(x, gamma, beta, statistics, of, norm_.eps()), value, padding_, padding_);
}

std::string BatchNormPad2d::description() const {
  return "BatchNormPad2d " + std::to_string(norm_.channels()) + ", padding " + std::to_string(padding_);
}

std::unique_ptr<Module> BatchNormPad2d::fold() const { return fold_alone(*this); }

LinearForm BatchNormPad2d::linear(int64_t) const {
  // A batch norm of the feature map padded with zeros.
  LinearForm form = fold_piece("bn", [&] { return batch_norm_form(norm_.fixed()); });
  const FixedBatchNorm norm = *form.norm;
  form.what = "batch norm and padding " + std::to_string(padding_);
  form.conv.args.padding_h = form.conv.args.padding_w = padding_;
  form.compute = [norm, padding = padding_](const Tensor& x) {
    const Tensor zero = Tensor::zeros({1, norm.gamma.size()});
    const auto apply = [&](const Tensor& map) {
      return batch_norm_forward(map, norm.statistics, norm.gamma, norm.beta, norm.eps);
    };
    return pad2d_forward(apply(x), apply(zero).reshape(norm.gamma.shape()), padding, padding);
  };
  return form;
}

}  // namespace onefold
