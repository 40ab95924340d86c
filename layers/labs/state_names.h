#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "layers/models/vgg.h"

namespace onefold {

// A RepVGG's state under the names that other projects have for the same tensors. The states here are in the layouts of
// a file: see layers/state_file.h.

/// A project's names. A tensor is called "BLOCK.LAYER.weight", ".bias", ".running_mean" or ".running_var".
struct NameScheme {
  std::string option;                 // as an option of a program gives it: "timm"
  std::string title;                  // as a sentence does: "timm's"
  std::string stem;                   // stage 0, which is one block
  std::string stage;                  // the other stages, before their number
  int64_t first_stage;                // the number of stage 1
  std::array<std::string, 6> layers;  // of a block: 3x3, its norm, 1x1, its norm, the identity's norm; folded, the one
  std::string head;
};

/// Our own names first; then those of the paper's authors, https://github.com/DingXiaoH/RepVGG, and of timm,
/// https://github.com/huggingface/pytorch-image-models (byobnet.py).
const std::vector<NameScheme>& name_schemes();

/// A scheme by its option. Throws Error for any other name and lists the valid ones.
const NameScheme& name_scheme(const std::string& option);

/// The same tensors under the names of another scheme, for a network of this size. Throws Error, naming it, for a name
/// without a counterpart: of a whitening layer, or of a block that is not RepVGG's.
std::map<std::string, Tensor> renamed(const std::map<std::string, Tensor>& state, const NameScheme& from,
                                      const NameScheme& to, const RepVggSize& size);

/// What the names of a state tell.
struct RecognizedNames {
  const NameScheme* scheme = nullptr;  // null if it is none of these
  bool folded = false;
  std::vector<std::vector<Shape>> kernels;  // of the 3x3 convolutions, [out, in / groups, 3, 3], by stage and block
};
RecognizedNames recognize_names(const std::map<std::string, Tensor>& state);

/// Removes what no network has: PyTorch's counters, "*.num_batches_tracked", and, if the names are recognised without
/// it, a prefix of all names such as "module.", which is returned.
std::string strip_names(std::map<std::string, Tensor>& state);

/// For messages: "timm's names of a RepVGG in training form, with 1, 1, 2, 4, 1 blocks of 16, 16, 32, 64, 256 channels:
/// its size is tiny"; or a few of the names, if they are not recognised.
std::string describe_names(const std::map<std::string, Tensor>& state);

}  // namespace onefold
