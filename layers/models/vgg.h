#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/fold/block_options.h"
#include "layers/linear.h"
#include "layers/sequential.h"

namespace onefold {

class PlainVgg;

/// The five stages of a RepVGG for 32x32 images. Stage 0 is the stem; stages 2 to 4 begin with stride 2.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.4.
struct RepVggSize {
  std::string name;
  std::array<int64_t, 5> depths;  // blocks per stage
  std::array<int64_t, 5> widths;  // channels per stage
  int64_t groups = 1;             // of every second block, starting with the third, as in the paper's g2 and g4
};

/// The size by name: "nano", "tiny", "mini", "S" or "A0". Throws Error for any other name and lists the valid ones.
RepVggSize repvgg_size(const std::string& name);

std::vector<std::string> repvgg_names();

/// Makes the block that takes the place of one 3x3 convolution.
using MakeBlock = std::function<std::unique_ptr<Module>(const BlockOptions& options)>;

/// The parts of a Vgg.
struct VggParts {
  std::unique_ptr<Module> whitening;                // before the stages; null by default
  std::vector<std::unique_ptr<Sequential>> stages;  // blocks, optionally followed by a pooling layer
  std::unique_ptr<Module> pool;                     // [N, H, W, C] -> [N, C]
  std::unique_ptr<Linear> head;
  std::string note;  // appended to the description; empty by default
};

/// Five stages of blocks, global pooling and a linear head: [N, 32, 32, 3] -> logits [N, classes]. The common base of
/// RepVgg, the training form, and PlainVgg, the folded form. State: stages.{s}.{b}.*, head.*, and whitening.* if
/// there is a whitening layer.
class Vgg : public Module {
 public:
  /// Inference runs this many images at a time through the whole network, so that their feature maps fit a shared
  /// cache: a feature map of 32 channels at 32x32 then takes 4 MiB.
  static constexpr int64_t kSlice = 32;

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;

  /// Folds every block. Throws FoldError, naming block and layer, in training mode and if a block cannot be folded.
  std::unique_ptr<Module> fold() const override;
  std::unique_ptr<PlainVgg> fold_network() const;

  const RepVggSize& size() const { return size_; }

  /// Block b of stage s. Throws Error if it does not exist.
  Module& block(int64_t s, int64_t b);

  /// All blocks in order, and the input that each of them receives for these images.
  std::vector<Module*> blocks();
  std::vector<Variable> block_inputs(const Variable& images);

  Module* whitening() { return parts_.whitening.get(); }  // null if the network has none
  Sequential& stage(int64_t s) { return *parts_.stages.at(static_cast<size_t>(s)); }
  Linear& head() { return *parts_.head; }

  /// The logits for the last feature map: global pooling, then the head.
  Variable classify(const Variable& x) { return (*parts_.head)((*parts_.pool)(x)); }

 protected:
  Vgg(const RepVggSize& size, VggParts parts) : size_(size), parts_(std::move(parts)) {}
  std::string text() const;  // "tiny, 10 classes"

 private:
  Variable forward_in_slices(const Tensor& images);

  RepVggSize size_;
  VggParts parts_;
};

/// The options of every block, by stage. Throws Error if a stage has no blocks or no channels.
std::vector<std::vector<BlockOptions>> block_options(const RepVggSize& size);

/// Makes the stages of a network of this size. An Error that `make` throws is passed on with the block's name.
std::vector<std::unique_ptr<Sequential>> make_stages(const RepVggSize& size,
                                                     const std::vector<std::vector<BlockOptions>>& options,
                                                     const MakeBlock& make);

}  // namespace onefold
