#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "examples/labs/wrong_fold_museum.h"
#include "examples/training/networks.h"

namespace onefold {

/// What the page "Fold to play with" asks of the library. Each question is a JSON object whose "ask" is the name of a
/// member below, and the answer is one, too:
///
///   {"ask": "network"}                     -> about the network: description, classes, form by form the parameters
///   {"ask": "picture", "index": 0}         -> that test image of Shapes10: pixels, label, shape
///   {"ask": "look", "pixels": [...], "mistake": "..."}  -> the logits of both forms; 32 x 32 x 3 bytes
///   {"ask": "times", "batch": 1, "seconds": 0.5}  -> seconds of a pass of that many images through either form
///   {"ask": "blocks"}                      -> the blocks to choose from
///   {"ask": "block", "name": "stages.1.0", "weights": [1, 0.5, 1]}  -> its fold, step by step, and its mistakes
///   {"ask": "convolve", "values": [...], "kernel": [...]}  -> a square image after a 3x3 convolution
///   {"ask": "winograd"}                    -> the matrices of F(2x2,3x3)
class Playground {
 public:
  /// Reads a network in training form. Throws Error as load_network(), for a folded one, and for images not of 32x32.
  explicit Playground(const std::filesystem::path& model);

  /// Never throws: the answer to a question that cannot be answered is {"error": "..."}.
  std::string answer(const std::string& question);

 private:
  using Json = nlohmann::json;
  using State = std::map<std::string, Tensor>;

  Json network(const Json& question);
  Json picture(const Json& question);
  Json look(const Json& question);
  Json times(const Json& question);
  Json blocks(const Json& question);
  Json block(const Json& question);

  /// The block of that name, with the weights of the trained network, and an input for it.
  struct Chosen {
    Module* block;
    Tensor x;
  };
  Chosen choose(const std::string& name);

  SavedNetwork saved_;
  std::vector<WrongFold> mistakes_;
  State trained_;  // the network's state, to which the sliders' weights are not applied
  std::unique_ptr<PlainVgg> folded_;
  Tensor image_;                    // what was looked at last, normalised: [1, 32, 32, 3]
  std::unique_ptr<Module> random_;  // the block of a family that was chosen last, if one was
};

}  // namespace onefold
