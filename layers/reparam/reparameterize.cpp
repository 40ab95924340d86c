#include "layers/reparam/reparameterize.h"

#include <memory>
#include <set>

#include "core/check.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/reparam/families.h"
#include "layers/sequential.h"

namespace onefold {

namespace {

/// Layers of a Sequential that a block can stand for.
struct Place {
  Sequential* layers;
  int64_t first;  // the convolution's number
  int64_t count;  // 2, or 3 with a ReLU
  std::string name;
  BlockOptions options;
};

bool is_same_3x3(const Conv2d& conv) {
  const Conv2dArgs& args = conv.args();
  const Shape& weight = conv.weight().shape();
  return weight[0] == 3 && weight[1] == 3 && args.padding_h == 1 && args.padding_w == 1 && args.dilation_h == 1 &&
         args.dilation_w == 1 && args.stride_h == args.stride_w;
}

std::vector<Place> places_in(Module& model) {
  std::vector<Place> places;
  for (const NamedModule& each : named_modules(model)) {
    auto* layers = dynamic_cast<Sequential*>(each.module);
    for (int64_t i = 0; layers != nullptr && i + 1 < layers->size(); ++i) {
      const auto* conv = dynamic_cast<const Conv2d*>(&(*layers)[i]);
      if (conv == nullptr || !is_same_3x3(*conv)) continue;
      if (dynamic_cast<const BatchNorm2d*>(&(*layers)[i + 1]) == nullptr) continue;
      const bool relu = i + 2 < layers->size() && dynamic_cast<const Relu*>(&(*layers)[i + 2]) != nullptr;
      places.push_back({layers, i, relu ? 3 : 2, (each.name.empty() ? "" : each.name + ".") + std::to_string(i),
                        {.in = conv->in_channels(),
                         .out = conv->weight().shape()[-1],
                         .stride = conv->args().stride_h,
                         .groups = conv->args().groups,
                         .activation = relu ? Activation::relu : Activation::none}});
    }
  }
  return places;
}

}  // namespace

std::vector<std::string> reparameterize(Module& model, const std::string& family, Initializer& initializer) {
  check_family(family);
  const std::vector<Place> places = places_in(model);
  check(!places.empty(), "reparameterize: ", model.description(), " has no Sequential with a 3x3 convolution of ",
        "padding 1 and a batch norm behind it, which a block of family \"", family, "\" could stand for");

  // Make every block first: from then on nothing can fail.
  std::vector<std::unique_ptr<LinearBlock>> blocks;
  std::string refusals;
  size_t made = 0;
  for (const Place& place : places) {
    try {
      blocks.push_back(make_block(family, place.options, initializer));
      blocks.back()->train(place.layers->training());
      ++made;
    } catch (const Error& error) {
      refusals += "\n  " + place.name + ": " + error.what();
      blocks.push_back(nullptr);
    }
  }
  check(made > 0, "reparameterize: ", model.description(), " has no room for family \"", family, "\":", refusals);

  // From the last to the first, so that the numbers of those before stay.
  std::set<const Module*> replaced;
  for (size_t p = places.size(); p-- > 0;) {
    if (blocks[p] == nullptr) continue;
    replaced.insert(blocks[p].get());
    places[p].layers->replace(places[p].first, places[p].count, std::move(blocks[p]));
  }
  std::vector<std::string> names;
  for (const NamedModule& each : named_modules(model)) {
    if (replaced.contains(each.module)) names.push_back(each.name);
  }
  return names;
}

}  // namespace onefold
