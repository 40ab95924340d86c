#include "layers/calculus/linear_piece.h"

#include <utility>

#include "autograd/ops.h"
#include "layers/activations.h"
#include "layers/conv2d.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"
#include "layers/fold/repvgg_block.h"
#include "layers/sequential.h"

namespace onefold {

namespace {

std::vector<NamedPiece> layers_of(Sequential& layers) {
  std::vector<NamedPiece> pieces;
  for (int64_t i = 0; i < layers.size(); ++i) pieces.push_back({std::to_string(i), &layers[i]});
  return pieces;
}

/// The first fixed number of input channels of any layer.
int64_t channels_into(Sequential& layers) {
  for (const NamedPiece& layer : layers_of(layers)) {
    const auto view = linear_view(*layer.module);
    if (!view || view->in_channels != 0) return view ? view->in_channels : 0;
  }
  return 0;
}

LinearForm named_convolution(const char* name, const Conv2d& conv) {
  LinearForm form = fold_piece(name, [&] { return convolution_form(conv.kernel(), conv.args()); });
  form.name = name;
  return form;
}

[[noreturn]] void fail_not_linear(const Module& module) {
  throw FoldError(module.description() +
                  " is not a linear piece, so a branch with it is not a convolution; "
                  "nonlinear layers must come after the sum of a block's branches");
}

[[noreturn]] void fail_unknown_channels(const Module& module) {
  throw FoldError(module.description() +
                  " takes any number of channels, so the size of its kernel is unknown; add "
                  "a piece with a fixed number of channels to it");
}

}  // namespace

std::optional<LinearView> linear_view(Module& module) {
  LinearView view;
  view.sum_by_pieces = [&module](const Variable& x) { return module(x); };
  if (auto* piece = dynamic_cast<LinearPiece*>(&module)) {
    view.in_channels = piece->in_channels();
    view.linear = [piece](int64_t channels) { return piece->linear(channels); };
    view.activation = piece->activation();
    view.sum_by_pieces = [piece](const Variable& x) { return piece->sum_by_pieces(x); };
    view.plain_convolution = [piece] { return piece->plain_convolution(); };
  } else if (auto* block = dynamic_cast<RepVggBlock*>(&module)) {
    view.block = block;
    view.in_channels = block->conv3().in_channels();
    view.linear = [block](int64_t) { return repvgg_form(*block); };
    view.activation = block->activation();
    view.sum_by_pieces = [block](const Variable& x) { return block->sum_by_pieces(x); };
  } else if (auto* conv = dynamic_cast<Conv2d*>(&module)) {
    view.conv = conv;
    view.in_channels = conv->in_channels();
    view.linear = [conv](int64_t) { return convolution_form(conv->kernel(), conv->args()); };
    if (!conv->bias().defined()) {
      view.plain_convolution = [conv] { return LinearPiece::PlainConvolution{conv->weight(), conv->args()}; };
    }
  } else if (auto* folded = dynamic_cast<ConvRelu*>(&module)) {
    view.in_channels = folded->conv().in_channels();
    view.linear = [folded](int64_t) { return named_convolution("conv", folded->conv()); };
    view.activation = Activation::relu;
    view.sum_by_pieces = [&of = folded->conv()](const Variable& x) {
      return conv2d(x, of.weight(), of.bias(), Activation::none, of.args());
    };
  } else if (auto* norm = dynamic_cast<BatchNorm2d*>(&module)) {
    view.in_channels = norm->channels();
    view.linear = [norm](int64_t) { return batch_norm_form(norm->fixed()); };
    view.norm = norm;
  } else if (auto* layers = dynamic_cast<Sequential*>(&module)) {
    view.layers = layers;
    view.in_channels = channels_into(*layers);
    view.linear = [layers](int64_t channels) { return chain_form(layers_of(*layers), channels); };
  } else if (module.is_identity()) {
    view.linear = identity_form;
  } else {
    return std::nullopt;
  }
  return view;
}

bool is_relu(const Module& module) { return dynamic_cast<const Relu*>(&module) != nullptr; }

LinearForm repvgg_form(const RepVggBlock& block) {
  const auto norm_form = [](const char* name, const BatchNorm2d& norm) {
    LinearForm form = fold_piece(name, [&] { return batch_norm_form(norm.fixed()); });
    form.name = name;
    return form;
  };
  LinearForm sum;
  sum.kind = LinearForm::Kind::sum;
  const auto add_branch = [&sum](const char* name, const auto& pieces) {
    LinearForm chain;
    chain.kind = LinearForm::Kind::chain;
    chain.parts = fold_branch(name, pieces);
    chain.name = name;
    sum.parts.push_back(std::move(chain));
  };
  using Parts = std::vector<LinearForm>;
  add_branch("3x3", [&] { return Parts{named_convolution("conv3", block.conv3()), norm_form("bn3", block.bn3())}; });
  if (block.has_pointwise()) {
    add_branch("1x1", [&] { return Parts{named_convolution("conv1", block.conv1()), norm_form("bn1", block.bn1())}; });
  }
  if (block.has_identity()) add_branch("identity", [&] { return Parts{norm_form("bn0", block.bn0())}; });
  return sum;
}

LinearForm linear_form(Module& module, int64_t channels) {
  const auto view = linear_view(module);
  if (!view) fail_not_linear(module);
  if (view->activation != Activation::none) {
    throw FoldError(module.type() +
                    " ends in a ReLU, which is not linear: nothing can fold across it; make it a "
                    "separate block, or omit its activation");
  }
  if (view->in_channels != 0 && view->in_channels != channels) {
    throw FoldError(module.description() + " takes " + std::to_string(view->in_channels) + " channels, but gets " +
                    std::to_string(channels) + "; make them equal");
  }
  check_evaluation_mode(module);
  return view->linear(channels);
}

LinearForm chain_form(const std::vector<NamedPiece>& pieces, int64_t channels) {
  LinearForm chain;
  chain.kind = LinearForm::Kind::chain;
  for (const auto& [name, module] : pieces) {
    LinearForm form = fold_piece(name, [&, piece = module] { return linear_form(*piece, channels); });
    form.name = name;
    channels = form.channels_out();
    chain.parts.push_back(std::move(form));
  }
  if (pieces.empty()) chain.parts.push_back(identity_form(channels));
  return chain;
}

int64_t known_channels(const LinearPiece& piece) {
  if (piece.in_channels() == 0) fail_unknown_channels(piece);
  return piece.in_channels();
}

LinearForm form_before_activation(Module& module) {
  check_evaluation_mode(module);
  const auto view = linear_view(module);
  if (!view) fail_not_linear(module);
  if (view->in_channels == 0) fail_unknown_channels(module);
  return view->linear(view->in_channels);
}

}  // namespace onefold
