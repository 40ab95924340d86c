#include "examples/labs/survey/layer_row.h"

#include "layers/families/families.h"

namespace onefold {

AddLayer block_of(const std::string& family) {
  return [family](Chain& net, int64_t width, int64_t stride) {
    net.append(make_block(family, {.in = net.channels(), .out = width, .stride = stride}, net.initializer()), width,
               stride);
  };
}

std::unique_ptr<Sequential> row_of(int64_t depth, int64_t width, int64_t classes, Initializer& initializer,
                                   const AddLayer& add) {
  constexpr int64_t kStages = 3;
  const int64_t layers = depth - 2;  // without the stem and the linear layer
  Chain net(3, initializer);
  add(net, width, 1);
  for (int64_t stage = 0; stage < kStages; ++stage) {
    const int64_t count = layers / kStages + (stage < layers % kStages ? 1 : 0);
    for (int64_t i = 0; i < count; ++i) add(net, width << stage, i == 0 && stage > 0 ? 2 : 1);
  }
  return net.classify(classes).done();
}

}  // namespace onefold
