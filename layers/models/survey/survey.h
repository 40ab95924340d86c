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
std::unique_ptr<Sequential> vgg(const std::string& name, int64_t classes, Initializer& initializer);  // "vgg16" ...
std::unique_ptr<Sequential> googlenet(int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> googlenet_small(int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> resnet(int64_t depth, int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> inception_resnet(int64_t classes, Initializer& initializer);  // one block of each kind
std::unique_ptr<Sequential> densenet_bc(int64_t depth, int64_t growth, int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> nasnet(const std::string& genotype, int64_t cells, int64_t width, int64_t classes,
                                   Initializer& initializer);  // `cells` normal cells a stage: genotype.h

/// Every layer's channels times `width`, and images resized to `side` pixels.
std::unique_ptr<Sequential> mobilenet(double width, int64_t side, int64_t classes, Initializer& initializer);

std::unique_ptr<Sequential> shufflenet(int64_t groups, int64_t classes, Initializer& initializer);  // 1 to 3
std::unique_ptr<Sequential> shufflenet_v2(double size, int64_t classes, Initializer& initializer);  // 0.5, 1, 1.5, 2
std::unique_ptr<Sequential> xception(int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> efficientnet_b0(int64_t classes, Initializer& initializer);

/// Factors of a network's depth, width, and side of its images, above 0 and at most 10; and those for a phi.
struct CompoundScale {
  double depth = 1, width = 1, resolution = 1;
};
CompoundScale compound_scale(double phi);
std::unique_ptr<Sequential> efficientnet_tiny(const CompoundScale& scale, int64_t classes, Initializer& initializer);

/// A network of stages that each choose for themselves; `squeeze` above 0 is squeeze-excite's share of a block's input.
struct AnyNetStage {
  int64_t blocks, width, stride, group_width;
};
struct AnyNet {
  std::vector<AnyNetStage> stages;
  double squeeze = 0;
};
std::unique_ptr<Sequential> anynet(const AnyNet& shape, int64_t classes, Initializer& initializer);

/// An AnyNet whose width grows along the line w0 + wa block, rounded to w0 wm^k, k = 0, 1, ...
struct RegNet {
  double w0, wa, wm;
  int64_t depth, group_width;
  double squeeze = 0;
};
AnyNet regnet_shape(const RegNet& rule);
std::unique_ptr<Sequential> regnet(const RegNet& rule, int64_t classes, Initializer& initializer);

/// The initial weights of a convolution that only turns each pixel: zero except for the tap in the centre, a random
/// orthogonal matrix [C, K]. If K >= C, the result of the convolution is as long as its input. shape is [R, S, C, K];
/// throws Error unless R and S are odd.
Tensor delta_orthogonal_kernel(const Shape& shape, Initializer& initializer);

/// Plain networks without batch norm or shortcuts.
std::unique_ptr<Sequential> delta_orthogonal(int64_t depth, int64_t classes, Initializer& initializer);
std::unique_ptr<Sequential> max_norm(int64_t depth, int64_t classes, Initializer& initializer);
// [/definitions]

/// A network by the name that people type.
struct SurveyNetwork {
  std::string name;   // "resnet56"
  std::string about;  // "56 layers, 16 to 64 channels"
  std::function<std::unique_ptr<Sequential>(int64_t classes, Initializer& initializer)> make;
};

/// All of them, by family and size. "_small" in a name marks a teaching size that differs from the paper's.
const std::vector<SurveyNetwork>& survey_networks();

/// Whether make_survey_network() knows the name. Names may also end in numbers that the table does not have,
/// "resnet50" or "densenet_bc_64_24"; and "nasnet:" may precede any genotype (genotype.h), for a small stack of its
/// cells.
bool is_survey_network(const std::string& name);

/// Throws Error for an unknown name, and suggests the nearest ones; and for numbers that no network can have, or a
/// genotype that is none.
std::unique_ptr<Sequential> make_survey_network(const std::string& name, int64_t classes, Initializer& initializer);

}  // namespace onefold
