#include "layers/sequential.h"

#include "core/check.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/fold.h"
#include "layers/reparam/composed_conv2d.h"
#include "layers/reparam/linear_block.h"

namespace onefold {

void Sequential::append(std::unique_ptr<Module> layer) {
  check(layer != nullptr, "Sequential: layer ", size(), " is null; append a layer");
  layers_.push_back(std::move(layer));
}

void Sequential::replace(int64_t first, int64_t count, std::unique_ptr<Module> layer) {
  check(first >= 0 && count >= 1 && first + count <= size(), "Sequential: ", count, " layers from number ", first,
        " on cannot be replaced, it has ", size(), "; replace fewer");
  check(layer != nullptr, "Sequential: the layer in place of layer ", first, " is null; give a layer");
  layers_[static_cast<size_t>(first)] = std::move(layer);
  layers_.erase(layers_.begin() + first + 1, layers_.begin() + first + count);
}

Variable Sequential::forward(const Variable& x) {
  Variable y = x;
  for (const auto& layer : layers_) y = (*layer)(y);
  return y;
}

void Sequential::visit(Visitor& visitor) {
  for (size_t i = 0; i < layers_.size(); ++i) visitor.child(std::to_string(i), *layers_[i]);
}

std::string Sequential::description() const {
  return "Sequential, " + std::to_string(size()) + (size() == 1 ? " layer" : " layers");
}

int64_t Sequential::in_channels() const {
  for (const auto& layer : layers_) {
    const auto* linear = dynamic_cast<const LinearPiece*>(layer.get());
    if (linear == nullptr || linear->in_channels() != 0) return linear == nullptr ? 0 : linear->in_channels();
  }
  return 0;
}

LinearForm Sequential::linear(int64_t channels) const {
  check_evaluation_mode(*this);
  std::vector<NamedPiece> pieces;
  for (size_t i = 0; i < layers_.size(); ++i) pieces.push_back({std::to_string(i), layers_[i].get()});
  return chain_form(pieces, channels);
}

namespace {

/// A linear layer that folds to a convolution without activation, so that a batch norm after it folds into it.
const LinearPiece* as_convolution(const Module& layer) {
  const auto* block = dynamic_cast<const LinearBlock*>(&layer);
  const bool is_one = dynamic_cast<const Conv2d*>(&layer) != nullptr ||
                      dynamic_cast<const ComposedConv2d*>(&layer) != nullptr ||
                      (block != nullptr && block->activation() == Activation::none);
  return is_one ? dynamic_cast<const LinearPiece*>(&layer) : nullptr;
}

std::unique_ptr<Module> fold_pair(const LinearPiece& conv, const std::string& conv_name, const BatchNorm2d& norm,
                                  const std::string& norm_name) {
  LinearForm form = chain_form({{conv_name, &conv}, {norm_name, &norm}}, known_channels(conv));
  reduce(form);
  return std::make_unique<Conv2d>(rounded(form.conv), form.conv.args);
}

}  // namespace

std::unique_ptr<Sequential> Sequential::fold_layers() const {
  check_evaluation_mode(*this);
  auto folded = std::make_unique<Sequential>();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const std::string name = std::to_string(i);
    const LinearPiece* conv = as_convolution(*layers_[i]);
    const auto* norm = i + 1 < layers_.size() ? dynamic_cast<const BatchNorm2d*>(layers_[i + 1].get()) : nullptr;
    if (conv != nullptr && norm != nullptr) {
      folded->append(fold_pair(*conv, name, *norm, std::to_string(++i)));
      continue;
    }
    std::unique_ptr<Module> layer = fold_piece(name, [&] { return layers_[i]->fold(); });
    if (dynamic_cast<const Identity*>(layer.get()) == nullptr) folded->append(std::move(layer));
  }
  folded->eval();
  return folded;
}

size_t Sequential::checked(int64_t index) const {
  check(index >= 0 && index < size(), "Sequential: no layer ", index, " among ", size(), " layers; they count from 0");
  return static_cast<size_t>(index);
}

}  // namespace onefold
