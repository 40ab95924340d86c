#include "layers/labs/onnx_network.h"

#include <algorithm>

#include "core/annex/window_pooling.h"
#include "layers/calculus/linear_piece.h"
#include "layers/fold/fold_error.h"

namespace onefold {

namespace {

std::string dotted(const std::string& name, const std::string& below) {
  return below.empty() ? name : name + "." + below;
}

/// The values as weights that multiply, or are added to, a feature map per channel: [C, 1, 1].
std::string channel_weights(OnnxModel& model, const std::string& name, const Tensor& values) {
  return model.weights(name, values.reshape({values.size(), 1, 1}));
}

/// Whether a piece only multiplies each channel by a factor.
bool is_scale(const LinearForm& piece) {
  const FixedConv2d& conv = piece.conv;
  const auto is_zero = [](double value) { return value == 0; };
  return !piece.is_convolution && conv.kernel.weight.size() == static_cast<size_t>(conv.channels_out()) &&
         conv.channels_in() == conv.channels_out() && conv.args.stride_h == 1 && conv.args.stride_w == 1 &&
         conv.args.padding_h == 0 && conv.args.padding_w == 0 &&
         std::all_of(conv.kernel.bias.begin(), conv.kernel.bias.end(), is_zero);
}

OnnxMap add_scale(OnnxModel& model, const LinearForm& piece, const std::string& name, const OnnxMap& x) {
  const std::vector<double>& factors = piece.conv.kernel.weight;
  if (std::all_of(factors.begin(), factors.end(), [](double factor) { return factor == 1; })) return x;
  const Tensor weight = piece.conv.kernel.rounded().weight;
  return model.node("Mul", name, {x.name, channel_weights(model, name + ".weight", weight)}, x.shape);
}

OnnxMap add_norm(OnnxModel& model, const LinearForm& piece, const std::string& name, OnnxMap x) {
  const int64_t rows = piece.conv.args.padding_h, columns = piece.conv.args.padding_w;
  if (rows != 0 || columns != 0) {
    const Shape padded{1, x.shape[1] + 2 * rows, x.shape[2] + 2 * columns, x.shape[3]};
    const std::string pads = model.integers(name + ".pads", {0, 0, rows, columns, 0, 0, rows, columns});
    x = model.node("Pad", name + ".pad", {x.name, pads}, padded);
  }
  const FixedBatchNorm& norm = *piece.norm;
  const std::string gamma = model.weights(name + ".weight", norm.gamma),
                    beta = model.weights(name + ".bias", norm.beta);
  const std::string mean = model.weights(name + ".running_mean", norm.statistics.mean);
  const std::string variance = model.weights(name + ".running_var", norm.statistics.variance);
  return model.node("BatchNormalization", name, {x.name, gamma, beta, mean, variance}, x.shape,
                    {{"epsilon", double{norm.eps}}});
}

OnnxMap add_convolution(OnnxModel& model, const LinearForm& piece, const std::string& name, const OnnxMap& x) {
  const Conv2dArgs& args = piece.conv.args;
  const Kernel kernel = piece.conv.kernel.rounded();
  std::vector<std::string> inputs{x.name, model.weights(name + ".weight", kernel.weight)};
  if (max_abs(kernel.bias) != 0) inputs.push_back(model.weights(name + ".bias", kernel.bias));
  using Ints = std::vector<int64_t>;
  return model.node("Conv", name, inputs, ConvGeometry(x.shape, kernel.weight.shape(), args).y,
                    {{"kernel_shape", Ints{kernel.weight.shape()[0], kernel.weight.shape()[1]}},
                     {"strides", Ints{args.stride_h, args.stride_w}},
                     {"pads", Ints{args.padding_h, args.padding_w, args.padding_h, args.padding_w}},
                     {"dilations", Ints{args.dilation_h, args.dilation_w}},
                     {"group", args.groups}});
}

/// A piece, a chain of forms or a sum of forms of x. A branch has a name in errors and pictures, but none in a state.
OnnxMap add_form(OnnxModel& model, const LinearForm& form, const std::string& name, OnnxMap x) {
  // [chain-and-sum]
  if (form.kind == LinearForm::Kind::chain) {
    for (const LinearForm& part : form.parts) x = add_form(model, part, dotted(name, part.name), x);
    return x;
  }
  if (form.kind == LinearForm::Kind::sum) {
    OnnxMap sum = add_form(model, form.parts.front(), name, x);
    for (size_t b = 1; b < form.parts.size(); ++b) {
      const OnnxMap y = add_form(model, form.parts[b], name, x);
      sum = model.node("Add", name + ".add", {sum.name, y.name}, sum.shape);
    }
    return sum;
  }
  // [/chain-and-sum]
  if (!form.conv.border.empty()) {
    throw FoldError(form.what + " has values other than zero, which ONNX cannot pad with per channel; export the " +
                        "folded network",
                    name);
  }
  if (form.norm) return add_norm(model, form, name, x);
  return is_scale(form) ? add_scale(model, form, name, x) : add_convolution(model, form, name, x);
}

/// A block, or another module that is linear up to its activation.
OnnxMap add_block(OnnxModel& model, Module& block, const std::string& name, const OnnxMap& x) {
  const LinearForm form = fold_piece(name, [&] { return form_before_activation(block); });
  const OnnxMap y = add_form(model, form, dotted(name, form.name), x);
  return linear_view(block)->activation == Activation::relu ? model.node("Relu", name + ".relu", {y.name}, y.shape) : y;
}

OnnxMap add_normalization(OnnxModel& model, const OnnxImages& images, const OnnxMap& pixels) {
  Tensor mean({3}), deviation({3});
  for (int64_t c = 0; c < 3; ++c) {
    mean[c] = static_cast<Real>(255 * images.mean[static_cast<size_t>(c)]);
    deviation[c] = static_cast<Real>(255 * images.deviation[static_cast<size_t>(c)]);
  }
  const std::string means = channel_weights(model, "pixels.mean", mean);
  const std::string deviations = channel_weights(model, "pixels.deviation", deviation);
  const OnnxMap centred = model.node("Sub", "pixels.centred", {pixels.name, means}, pixels.shape);
  return model.node("Div", "pixels.normalized", {centred.name, deviations}, pixels.shape);
}

}  // namespace

OnnxModel onnx_network(Vgg& network, const VggVariant& variant, const OnnxImages& images) {
  check_evaluation_mode(network);
  OnnxModel model;
  OnnxMap x = model.input("images", {1, images.height, images.width, 3});
  x = add_normalization(model, images, x);
  // Trained or folded, a whitening computes what it folds to.
  if (network.whitening() != nullptr) x = add_block(model, *network.whitening()->fold(), "whitening", x);

  for (size_t s = 0; s < variant.size.depths.size(); ++s) {
    const std::string stage = "stages." + std::to_string(s);
    if (variant.halving[s] == Halving::pool) {
      const std::vector<int64_t> two{2, 2};
      x = model.node("MaxPool", stage + ".pool", {x.name}, pool2d_output_shape(x.shape, {.kernel = 2, .stride = 2}),
                     {{"kernel_shape", two}, {"strides", two}});
    }
    for (int64_t b = 0; b < variant.size.depths[s]; ++b) {
      x = add_block(model, network.block(static_cast<int64_t>(s), b), stage + "." + std::to_string(b), x);
    }
  }

  const int64_t channels = x.shape[-1];
  x = model.node(variant.max_pool ? "GlobalMaxPool" : "GlobalAveragePool", "pool", {x.name}, {1, 1, 1, channels});
  x = model.node("Flatten", "features", {x.name}, {1, channels});
  const auto head = fold_piece("head", [&] { return network.head().fold_linear(); });
  const Tensor &weight = head->weight().value(), &bias = head->bias().value();
  // A Gemm multiplies by alpha and adds beta times the bias. Its weight is stored as [classes, C], like PyTorch's.
  model.node("Gemm", "logits", {x.name, model.weights("head.weight", weight), model.weights("head.bias", bias)},
             {1, weight.shape()[-1]},
             {{"alpha", variant.logit_scale}, {"beta", variant.logit_scale}, {"transB", int64_t{1}}});
  return model;
}

}  // namespace onefold
