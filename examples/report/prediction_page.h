#pragma once

#include <string>
#include <vector>

#include "examples/inference/prediction.h"

namespace onefold {

/// A photo and what each form of a network sees in it.
struct Prediction {
  NetworkPhoto photo;
  std::vector<Sight> sights;

  std::vector<ClassScore> best() const { return best_classes(sights.front().logits, 5); }
};

/// The most likely classes as text, and for each form that the map's mean plus the bias is the logit.
std::string prediction_text(const Prediction& prediction, const ModelCard& card);

/// A page with a section per photo: the photo, what the network saw of it, the most likely classes, their maps with the
/// proof, the feature maps of each stage. `no_maps` is what why_no_maps() says.
std::string prediction_page(const std::vector<Prediction>& predictions, const ModelCard& card,
                            const std::string& no_maps);

}  // namespace onefold
