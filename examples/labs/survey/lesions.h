#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/sequential.h"

namespace onefold {

// A residual network as an ensemble of paths: each block may be passed through its body or through its shortcut, so
// n blocks make 2^n paths. Veit, Wilber, Belongie: "Residual Networks Behave Like Ensembles of Relatively Shallow
// Networks", NIPS 2016.

/// How a block is passed. The last two compute what `whole` does, but a gradient sees one of the two branches only.
enum class Way { whole, shortcut, gradient_of_body, gradient_of_shortcut };

/// A chain of layers as blocks in a row, to leave out and to exchange. In a network with shortcuts a block is a sum of
/// a body and its shortcut, with the ReLU after it; left out, its shortcut stays. In a plain network it is a
/// convolution but the first, with batch norm and ReLU; left out, what stays is ResNet's shortcut A: its input, of
/// which strides skip pixels, with zeros for new channels.
class BlockRow : public Module {
 public:
  struct Block {
    std::string name;             // of its first layer: "5"
    std::vector<Module*> layers;  // a sum or a convolution, then what belongs to it
    Module* body = nullptr;       // null in a plain network
    Module* shortcut = nullptr;   // null for layers that are no block: the stem, pools, the head
    Shape weight = {};            // of its first convolution
    bool keeps_shape = false;     // its shortcut is the identity
  };

  /// The network must outlive the row. Throws Error if it has no blocks, or one of them cannot be left out.
  explicit BlockRow(Sequential& network);

  int64_t size() const { return static_cast<int64_t>(places_.size()); }
  const Block& block(int64_t b) const { return parts_[places_[static_cast<size_t>(b)]]; }
  bool is_residual() const { return block(0).body != nullptr; }

  /// Whether two blocks can change places: both keep the shape, and their convolutions are alike.
  bool can_swap(int64_t a, int64_t b) const;

  std::vector<Way> ways;       // of each block; all `whole` at first
  std::vector<int64_t> order;  // the block that stands at each place; 0, 1, 2 ... at first
  void restore();              // all ways and places as at first

  /// The layers in front of the first block, and all others.
  Variable stem(const Variable& x) const;
  Variable behind_stem(const Variable& x) const;

  Variable forward(const Variable& x) override { return behind_stem(stem(x)); }
  void visit(Visitor& visitor) override { visitor.child("network", network_); }
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  static Variable pass(const Block& block, Way way, const Variable& x);

  Sequential& network_;
  std::vector<Block> parts_;                      // all layers, in order
  std::vector<size_t> places_;                    // those that are blocks
  std::vector<std::unique_ptr<Module>> detours_;  // shortcuts of plain blocks
};

/// The fraction of the 2^blocks paths that lead through `length` bodies: binomial(blocks, length) / 2^blocks.
double share_of_paths(int64_t blocks, int64_t length);

/// The length of the loss's gradient in front of the first block, for these normalised images and labels, along the
/// path through these blocks' bodies and all others' shortcuts.
double path_gradient(BlockRow& row, const Tensor& images, const std::vector<int>& labels,
                     const std::vector<int64_t>& bodies);

}  // namespace onefold
