#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "datasets/photo.h"
#include "datasets/resize.h"
#include "examples/training/networks.h"

namespace onefold {

/// A photo, ready for a network: its centre, at the size of the images that the network was trained on.
struct NetworkPhoto {
  std::string name;               // of the file, as given
  Photo photo;                    // upright, and smaller than the file's if that is large: see `height`
  int64_t height = 0, width = 0;  // of the upright photo in the file
  Rectangle centre;               // what the network sees, in those pixels
  DecodedImage seen;              // at the network's size
};

/// Reads a photo and takes its centre; keeps at most `kept_side` pixels per side of the photo itself. Throws Error as
/// load_photo().
NetworkPhoto read_photo(const std::filesystem::path& path, const ImageSize& size, int64_t kept_side);

/// What a network computes of one image.
struct Sight {
  std::string form;            // of the network: "trained" or "folded"
  std::vector<Tensor> stages;  // the output of each stage, [H, W, C]; none if the network is no RepVGG
  Tensor logits;               // [classes], by the network's own forward()
  std::optional<Tensor> maps;  // class_maps(), unless why_no_maps()
  Tensor biases;               // [classes], if there are maps
};

/// The class activation maps [H, W, classes] of a last feature map [H, W, C]: what the head makes of each place by
/// itself, without its bias. The head is linear, so it may come before the mean over all places instead of after it:
/// the mean of a class's map, plus its bias, is its logit.
/// Zhou et al.: "Learning Deep Features for Discriminative Localization", CVPR 2016.
Tensor class_maps(Vgg& network, const Tensor& features, const Tensor& biases);

/// Empty if that holds for the network; else why not, in a sentence.
std::string why_no_maps(Module& network);

/// The mean of a class's map, added up in double.
double mean_of_map(const Tensor& maps, int64_t label);

/// A network, and what it folds to if it is in training form. It computes in evaluation mode, without recording.
class Viewer {
 public:
  explicit Viewer(const SavedNetwork& saved);

  /// What each form sees in the image, the trained one first. Throws NonFiniteLoss if a logit is not finite.
  std::vector<Sight> look(const DecodedImage& image, const std::string& name) const;

 private:
  const SavedNetwork& saved_;
  std::unique_ptr<Module> folded_;
};

/// A class and its probability.
struct ClassScore {
  int64_t label = 0;
  double probability = 0;
};

/// The most likely classes, at most `count`, by the softmax of logits [classes]; of equal ones the first.
std::vector<ClassScore> best_classes(const Tensor& logits, int64_t count);

}  // namespace onefold
