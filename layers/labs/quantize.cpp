#include "layers/labs/quantize.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "layers/fold/fold_error.h"
#include "layers/operand_hook.h"

namespace onefold {

namespace {

/// Records operands and changes none.
class Recorder : public OperandHook {
 public:
  Operands on_product(const Module& layer, const Operands& operands) override {
    const auto [place, is_new] = places_.try_emplace(&layer, found.size());
    if (is_new) found.push_back({"", &layer, operands.weight.value(), {}});
    found[place->second].inputs.push_back(operands.x.value());
    return operands;
  }

  std::vector<LayerOperands> found;

 private:
  std::map<const Module*, size_t> places_;
};

// [rounder]
/// Replaces a layer's weights by their rounded copies, and rounds its input.
class Rounder : public OperandHook {
 public:
  explicit Rounder(const std::map<const Module*, QuantizedLayer>& layers) : layers_(layers) {}

  Operands on_product(const Module& layer, const Operands& operands) override {
    const auto at = layers_.find(&layer);
    check(at != layers_.end(), "QuantizedNetwork: ", layer.description(),
          " was not called during calibration, so it has no grid; calibrate with it");
    const QuantizedLayer& rounded = at->second;
    const Tensor &original = rounded.original, &now = operands.weight.value();
    check(std::equal(now.data(), now.data() + now.size(), original.data()), "QuantizedNetwork: the weights of ",
          rounded.name, " have changed since they were rounded; quantize() the network again");
    if (!rounded.input_grid) return {operands.x, rounded.weight};
    return {Variable(fake_quantize(operands.x.value(), *rounded.input_grid)), rounded.weight};
  }

 private:
  const std::map<const Module*, QuantizedLayer>& layers_;
};
// [/rounder]

QuantizedLayer quantize_layer(const LayerOperands& operands, const QuantizationOptions& options) {
  QuantizedLayer layer{operands.name, operands.weight, Variable(operands.weight), {}, std::nullopt};
  if (options.weights == WeightGrids::per_tensor) {
    layer.weight_grids = {symmetric_grid(number_range({operands.weight}), options.weight_bits)};
    layer.weight = Variable(fake_quantize(operands.weight, layer.weight_grids[0]));
  }
  if (options.weights == WeightGrids::per_channel) {
    for (const NumberRange& range : channel_ranges(operands.weight)) {
      layer.weight_grids.push_back(symmetric_grid(range, options.weight_bits));
    }
    layer.weight = Variable(fake_quantize_channels(operands.weight, layer.weight_grids));
  }
  if (options.inputs != InputGrids::none) {
    const NumberRange range = number_range(operands.inputs, options.coverage);
    layer.input_grid = options.inputs == InputGrids::symmetric ? symmetric_grid(range, options.input_bits)
                                                               : asymmetric_grid(range, options.input_bits);
  }
  return layer;
}

}  // namespace

std::vector<LayerOperands> record_operands(Module& network, const Tensor& images) {
  check(images.size() > 0, "quantize: 0 calibration images; pass at least one, preferably a hundred");
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  Recorder recorder;
  network(Variable(images));
  check(!recorder.found.empty(), "quantize: ", network.description(), " has no convolution and no linear layer");

  const std::vector<NamedModule> modules = named_modules(network);
  for (LayerOperands& operands : recorder.found) {
    for (const NamedModule& each : modules) {
      if (each.module == operands.layer) operands.name = each.name;
    }
  }
  return recorder.found;
}

QuantizedNetwork::QuantizedNetwork(std::shared_ptr<Module> network, const QuantizationOptions& options,
                                   const std::vector<LayerOperands>& calibration)
    : network_(std::move(network)) {
  for (const LayerOperands& operands : calibration) {
    try {
      layers_[operands.layer] = quantize_layer(operands, options);
    } catch (const Error& error) {
      fail(operands.name.empty() ? operands.layer->description() : operands.name, ": ", error.what());
    }
    order_.push_back(operands.layer);
  }
}

Variable QuantizedNetwork::forward(const Variable& x) {
  const EvaluationMode evaluation(*network_);
  const NoGrad no_grad;
  const Rounder rounder(layers_);
  return (*network_)(x);
}

void QuantizedNetwork::visit(Visitor& visitor) { visitor.child("network", *network_); }

std::string QuantizedNetwork::description() const {
  return "QuantizedNetwork of " + std::to_string(order_.size()) + " products";
}

std::unique_ptr<Module> QuantizedNetwork::fold() const {
  throw FoldError(
      "QuantizedNetwork cannot fold: sums of rounded kernels need values between those of a grid; fold "
      "first, then quantize the folded network");
}

std::vector<QuantizedLayer> QuantizedNetwork::layers() const {
  std::vector<QuantizedLayer> all;
  for (const Module* layer : order_) all.push_back(layers_.at(layer));
  return all;
}

std::unique_ptr<QuantizedNetwork> quantize(std::shared_ptr<Module> network, const Tensor& images,
                                           const QuantizationOptions& options) {
  check(network != nullptr, "quantize: the network is null; pass one");
  const std::vector<LayerOperands> calibration = record_operands(*network, images);
  return std::make_unique<QuantizedNetwork>(std::move(network), options, calibration);
}

}  // namespace onefold
