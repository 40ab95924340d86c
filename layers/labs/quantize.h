#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/annex/quantization.h"
#include "layers/module.h"

namespace onefold {

/// How the weights of a layer share grids; `none` leaves them as they are.
enum class WeightGrids { none, per_tensor, per_channel };

/// The grid of a layer's input, always one for all its numbers; `none` leaves it as it is.
enum class InputGrids { none, symmetric, asymmetric };

/// As it stands: what most processors with 8-bit products compute best.
struct QuantizationOptions {
  WeightGrids weights = WeightGrids::per_channel;  // symmetric, from the lowest and highest weight
  int weight_bits = 8;                             // 2 to 16
  InputGrids inputs = InputGrids::asymmetric;
  int input_bits = 8;   // 2 to 16
  double coverage = 1;  // of the calibration's inputs, see number_range()
};

/// What a convolution or a linear layer multiplies, as some images show it.
struct LayerOperands {
  std::string name;  // in the network: "stages.1.0.conv"
  const Module* layer = nullptr;
  Tensor weight;               // [..., out]
  std::vector<Tensor> inputs;  // in the order that they come
};

/// The operands of every convolution and linear layer, in the order that they compute, in evaluation mode; afterwards
/// each module has its own mode again. Throws Error for no images, and for a network without such layers.
std::vector<LayerOperands> record_operands(Module& network, const Tensor& images);

/// A layer of a quantised network.
struct QuantizedLayer {
  std::string name;
  Tensor original;                              // the weight that was rounded
  Variable weight;                              // rounded
  std::vector<QuantizationGrid> weight_grids;   // one, or one a channel; none where weights are left alone
  std::optional<QuantizationGrid> input_grid;
};

/// A network whose convolutions and linear layers see rounded weights and rounded inputs; all else, biases among it, is
/// computed as ever (hardware keeps biases and sums in 32 bits). For inference: keeps no history and computes in
/// evaluation mode.
class QuantizedNetwork : public Module {
 public:
  QuantizedNetwork(std::shared_ptr<Module> network, const QuantizationOptions& options,
                   const std::vector<LayerOperands>& calibration);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// Throws FoldError: a fold comes before rounding, not after it.
  std::unique_ptr<Module> fold() const override;

  /// In the order that they compute.
  std::vector<QuantizedLayer> layers() const;

 private:
  std::shared_ptr<Module> network_;
  std::vector<const Module*> order_;
  std::map<const Module*, QuantizedLayer> layers_;
};

/// Post-training quantisation: grids from the weights, and from what reaches each layer of some calibration images
/// [N, H, W, C]. The network stays as it is: the new one shares it and rounds copies. If its weights change, forward() throws
/// Error: quantize it again.
///
///     auto small = quantize(network.fold(), images, {.weights = WeightGrids::per_tensor});
///
/// Any network of Conv2d, ConvRelu, ComposedConv2d and Linear will do, folded or in training form, where each branch's
/// convolution is rounded by itself. Throws Error, naming the layer, for NaN or infinite weights or inputs; for no
/// images; and for bits outside 2 to 16.
std::unique_ptr<QuantizedNetwork> quantize(std::shared_ptr<Module> network, const Tensor& images,
                                           const QuantizationOptions& options = {});

}  // namespace onefold
