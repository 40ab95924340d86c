#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/annex/quantization.h"
#include "layers/module.h"

namespace onefold {

/// How the weights of a layer share grids; `none` leaves them unquantised.
enum class WeightGrids { none, per_tensor, per_channel };

/// The grid of a layer's input, one for all its elements; `none` leaves it unquantised.
enum class InputGrids { none, symmetric, asymmetric };

/// The defaults are what most processors with 8-bit products compute best.
struct QuantizationOptions {
  WeightGrids weights = WeightGrids::per_channel;  // symmetric, from the lowest and highest weight
  int weight_bits = 8;                             // 2 to 16
  InputGrids inputs = InputGrids::asymmetric;
  int input_bits = 8;   // 2 to 16
  double coverage = 1;  // of the calibration inputs, see number_range()
};

/// The operands of a convolution or a linear layer, recorded for some images.
struct LayerOperands {
  std::string name;  // in the network: "stages.1.0.conv"
  const Module* layer = nullptr;
  Tensor weight;               // [..., out]
  std::vector<Tensor> inputs;  // in order of arrival
};

/// The operands of every convolution and linear layer in evaluation mode, in the order of computation. Afterwards each
/// module returns to its own mode. Throws Error if there are no images or the network has no such layers.
std::vector<LayerOperands> record_operands(Module& network, const Tensor& images);

/// A layer of a quantised network.
struct QuantizedLayer {
  std::string name;
  Tensor original;                             // the weight before rounding
  Variable weight;                             // rounded
  std::vector<QuantizationGrid> weight_grids;  // one, or one per channel; empty if weights are not quantised
  std::optional<QuantizationGrid> input_grid;
};

/// A network whose convolutions and linear layers use rounded weights and rounded inputs. Everything else, including
/// biases, is computed as before (hardware keeps biases and sums in 32 bits). For inference: records no history and
/// computes in evaluation mode.
class QuantizedNetwork : public Module {
 public:
  QuantizedNetwork(std::shared_ptr<Module> network, const QuantizationOptions& options,
                   const std::vector<LayerOperands>& calibration);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// Throws FoldError: fold before quantising, not after.
  std::unique_ptr<Module> fold() const override;

  /// The layers in the order of computation.
  std::vector<QuantizedLayer> layers() const;

 private:
  std::shared_ptr<Module> network_;
  std::vector<const Module*> order_;
  std::map<const Module*, QuantizedLayer> layers_;
};

/// Post-training quantisation: computes grids from the weights and from each layer's inputs for some calibration images
/// [N, H, W, C]. The network is unchanged: the new one shares it and rounds copies. If its weights change later,
/// forward() throws Error; call quantize() again.
///
///     auto small = quantize(network.fold(), images, {.weights = WeightGrids::per_tensor});
///
/// Supports any network of Conv2d, ConvRelu, ComposedConv2d and Linear, folded or in training form, in which each
/// branch's convolution is rounded separately. Throws Error, naming the layer, for NaN or infinite weights or inputs;
/// for no images; and for bits outside [2, 16].
std::unique_ptr<QuantizedNetwork> quantize(std::shared_ptr<Module> network, const Tensor& images,
                                           const QuantizationOptions& options = {});

}  // namespace onefold
