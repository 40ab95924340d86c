#include "examples/labs/survey/lesions.h"

#include <cmath>
#include <numeric>

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/conv2d.h"
#include "layers/models/survey/chain.h"

namespace onefold {

namespace {

/// The first convolution in a module, itself included; null if there is none.
const Conv2d* first_convolution(Module& module) {
  for (const NamedModule& part : named_modules(module)) {
    if (const auto* conv = dynamic_cast<const Conv2d*>(part.module)) return conv;
  }
  return nullptr;
}

Module* branch_of(Module& sum, const std::string& name) {
  for (const NamedModule& part : named_modules(sum)) {
    if (part.name == name) return part.module;
  }
  return nullptr;
}

/// ResNet's shortcut A around a convolution.
std::unique_ptr<Module> detour_around(const Conv2d& conv) {
  Initializer none(0);
  Chain detour(conv.in_channels(), none);
  if (conv.args().stride_h != 1) detour.avg_pool(1, conv.args().stride_h);
  return detour.pad_channels(conv.weight().shape()[-1]).done();
}

/// Whether a layer belongs to the sum or convolution in front of it.
bool is_tail(const Module& layer) {
  return layer.type() == "BatchNorm2d" || layer.type() == "Relu" || layer.type() == "Activate";
}

bool is_empty(const Module& module) {
  const auto* chain = dynamic_cast<const Sequential*>(&module);
  return chain != nullptr && chain->size() == 0;
}

}  // namespace

BlockRow::BlockRow(Sequential& network) : network_(network) {
  bool residual = false;
  for (int64_t i = 0; i < network.size(); ++i) residual = residual || dynamic_cast<Sum*>(&network[i]) != nullptr;

  for (int64_t i = 0; i < network.size(); ++i) {
    Module& layer = network[i];
    if (i > 0 && is_tail(layer)) {
      parts_.back().layers.push_back(&layer);
      continue;
    }
    Block part{.name = std::to_string(i), .layers = {&layer}};
    const Conv2d* conv = first_convolution(layer);
    if (residual && dynamic_cast<Sum*>(&layer) != nullptr) {
      part.body = branch_of(layer, "0");
      part.shortcut = branch_of(layer, "1");
    } else if (!residual && i > 0 && dynamic_cast<Conv2d*>(&layer) != nullptr) {
      detours_.push_back(detour_around(*conv));
      part.shortcut = detours_.back().get();
    }
    if (part.shortcut != nullptr) {
      check(conv != nullptr, "BlockRow: layer ", i, ", ", layer.description(), ", has no convolution");
      part.weight = conv->weight().shape();
      part.keeps_shape = is_empty(*part.shortcut);
      places_.push_back(parts_.size());
    }
    parts_.push_back(part);
  }
  check(size() >= 2, "BlockRow: found ", size(), " blocks in ", network.description(),
        "; expected at least 2 residual blocks, or 3 convolutions in a row, of a network in training form");
  restore();
}

void BlockRow::restore() {
  ways.assign(places_.size(), Way::whole);
  order.resize(places_.size());
  std::iota(order.begin(), order.end(), int64_t{0});
}

bool BlockRow::can_swap(int64_t a, int64_t b) const {
  return a != b && block(a).keeps_shape && block(b).keeps_shape && block(a).weight == block(b).weight;
}

// [pass]
Variable BlockRow::pass(const Block& block, Way way, const Variable& x) {
  if (way == Way::shortcut) return (*block.shortcut)(x);
  Variable y;
  if (way == Way::whole) {
    y = (*block.layers[0])(x);
  } else {
    // The same sum, but one of its branches is a constant.
    Module& seen = way == Way::gradient_of_body ? *block.body : *block.shortcut;
    Module& unseen = way == Way::gradient_of_body ? *block.shortcut : *block.body;
    y = add(seen(x), Variable(unseen(x).value()));
  }
  for (size_t i = 1; i < block.layers.size(); ++i) y = (*block.layers[i])(y);
  return y;
}
// [/pass]

Variable BlockRow::stem(const Variable& x) const {
  Variable y = x;
  for (size_t i = 0; i < places_[0]; ++i) y = pass(parts_[i], Way::whole, y);
  return y;
}

Variable BlockRow::behind_stem(const Variable& x) const {
  Variable y = x;
  size_t place = 0;
  for (size_t i = places_[0]; i < parts_.size(); ++i) {
    if (parts_[i].shortcut == nullptr) {
      y = pass(parts_[i], Way::whole, y);
    } else {
      y = pass(block(order[place]), ways[place], y);
      ++place;
    }
  }
  return y;
}

std::string BlockRow::description() const { return "BlockRow of " + std::to_string(size()) + " blocks"; }

std::unique_ptr<Module> BlockRow::fold() const { fail("BlockRow: does not fold; fold the network that it shows"); }

double share_of_paths(int64_t blocks, int64_t length) {
  double binomial = 1;
  for (int64_t i = 0; i < length; ++i) binomial *= static_cast<double>(blocks - i) / static_cast<double>(i + 1);
  return std::ldexp(binomial, -static_cast<int>(blocks));
}

double path_gradient(BlockRow& row, const Tensor& images, const std::vector<int>& labels,
                     const std::vector<int64_t>& bodies) {
  check(row.is_residual(), "path_gradient: a plain network has one path only; give one with shortcuts");
  const EvaluationMode evaluation_mode(row);
  row.ways.assign(row.ways.size(), Way::gradient_of_shortcut);
  for (const int64_t b : bodies) row.ways[static_cast<size_t>(b)] = Way::gradient_of_body;
  const Variable first(row.stem(Variable(images)).value(), true);
  softmax_cross_entropy(row.behind_stem(first), labels).backward();
  row.restore();
  double squares = 0;
  for (int64_t i = 0; i < first.grad().size(); ++i) squares += std::pow(double{first.grad()[i]}, 2);
  return std::sqrt(squares);
}

}  // namespace onefold
