#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/sequential.h"

namespace onefold {

// The networks of the survey for images of 32 x 32 pixels: each is a file in this folder, which opens with its paper,
// its idea and a drawing of its block. [N, 32, 32, 3] -> logits [N, classes].

// [definitions]
std::unique_ptr<Sequential> vgg(const std::string& name, int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> googlenet(int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> googlenet_small(int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> resnet(int64_t depth, int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> inception_resnet(int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> densenet_bc(int64_t depth, int64_t growth, int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> nasnet(const std::string& genotype, int64_t cells, int64_t width, int64_t classes,
                                   Initializer& initializer);  // `cells` normal cells a stage: genotype.h
// [/definitions]

/// A network by the name that people type.
struct SurveyNetwork {
  std::string name;   // "resnet56"
  std::string about;  // "56 layers, 16 to 64 channels"
  std::function<std::unique_ptr<Sequential>(int64_t classes, Initializer& initializer)> make;
};

/// All of them, by family and size. "_small" in a name marks a teaching size that differs from the paper's.
const std::vector<SurveyNetwork>& survey_networks();

/// Whether make_survey_network() knows the name. One may also end in numbers that the table does not have: "resnet50",
/// "densenet_bc_64_24".
bool is_survey_network(const std::string& name);

/// Throws Error for an unknown name, and suggests the nearest ones; and for numbers that no network can have.
std::unique_ptr<Sequential> make_survey_network(const std::string& name, int64_t classes, Initializer& initializer);

}  // namespace onefold
