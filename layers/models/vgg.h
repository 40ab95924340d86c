#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/fold/block_options.h"
#include "layers/linear.h"
#include "layers/models/repvgg_size.h"
#include "layers/sequential.h"

namespace onefold {

class PlainVgg;

/// Makes the block that stands for one 3x3 convolution.
using MakeBlock = std::function<std::unique_ptr<Module>(const BlockOptions& options)>;

/// What a Vgg is made of.
struct VggParts {
  std::unique_ptr<Module> whitening;                // before the stages; null by default
  std::vector<std::unique_ptr<Sequential>> stages;  // their blocks, then perhaps a pooling layer
  std::unique_ptr<Module> pool;                     // [N, H, W, C] -> [N, C]
  std::unique_ptr<Linear> head;
  std::string note;                                 // ends the description; empty by default
};

/// Five stages of blocks, global pooling and a linear head: [N, 32, 32, 3] -> logits [N, classes]. What RepVgg, the
/// form to train, and PlainVgg, the form to deploy, have in common. State: stages.{s}.{b}.*, head.*, and whitening.*
/// if there is one.
class Vgg : public Module {
 public:
  /// Inference takes this many images through the whole network at a time, so that their feature maps stay in a shared
  /// cache: one of 32 channels at 32x32 is then 4 MiB.
  static constexpr int64_t kSlice = 32;

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;

  /// Folds every block. Throws FoldError, naming block and layer, in training mode and where a block cannot fold.
  std::unique_ptr<Module> fold() const override;
  std::unique_ptr<PlainVgg> fold_network() const;

  const RepVggSize& size() const { return size_; }

  /// Block b of stage s. Throws Error for one that does not exist.
  Module& block(int64_t s, int64_t b);

  /// All blocks in order, and what reaches each of them for these images.
  std::vector<Module*> blocks();
  std::vector<Variable> block_inputs(const Variable& images);

  Module* whitening() { return parts_.whitening.get(); }  // null if there is none
  Sequential& stage(int64_t s) { return *parts_.stages.at(static_cast<size_t>(s)); }
  Linear& head() { return *parts_.head; }

  /// From the last feature map to logits.
  Variable classify(const Variable& x) { return (*parts_.head)((*parts_.pool)(x)); }

 protected:
  Vgg(const RepVggSize& size, VggParts parts) : size_(size), parts_(std::move(parts)) {}
  std::string text() const;  // "tiny, 10 classes"

 private:
  Variable forward_in_slices(const Tensor& images);

  RepVggSize size_;
  VggParts parts_;
};

/// What each block of a network of this size is asked for, by stage. Throws Error for a stage without blocks or channels.
std::vector<std::vector<BlockOptions>> block_options(const RepVggSize& size);

/// The stages of such a network. An Error of `make` is passed on with the block's name.
std::vector<std::unique_ptr<Sequential>> make_stages(const RepVggSize& size,
                                                     const std::vector<std::vector<BlockOptions>>& options,
                                                     const MakeBlock& make);

}  // namespace onefold
