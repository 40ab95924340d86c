#include "layers/families/insert_branches.h"

#include <memory>
#include <set>
#include <utility>

#include "core/check.h"
#include "layers/calculus/linear_piece.h"
#include "layers/families/families.h"
#include "layers/sequential.h"

namespace onefold {

namespace {

/// Layers of a Sequential that a block can replace.
struct Place {
  Sequential* layers;
  int64_t first;  // the convolution's index
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
    const auto view = linear_view(*each.module);
    Sequential* const layers = view ? view->layers : nullptr;
    for (int64_t i = 0; layers != nullptr && i + 1 < layers->size(); ++i) {
      const auto first = linear_view((*layers)[i]), second = linear_view((*layers)[i + 1]);
      const Conv2d* const conv = first ? first->conv : nullptr;
      if (conv == nullptr || !is_same_3x3(*conv) || !second || second->norm == nullptr) continue;
      const bool relu = i + 2 < layers->size() && is_relu((*layers)[i + 2]);
      places.push_back({layers,
                        i,
                        relu ? 3 : 2,
                        (each.name.empty() ? "" : each.name + ".") + std::to_string(i),
                        {.in = conv->in_channels(),
                         .out = conv->weight().shape()[-1],
                         .stride = conv->args().stride_h,
                         .groups = conv->args().groups,
                         .activation = relu ? Activation::relu : Activation::none}});
    }
  }
  return places;
}

/// `blocks` describes the blocks in messages: "a block of family \"dbb\"".
std::vector<std::string> replace_convolutions(Module& model, const std::string& blocks, const MakeBlock& make) {
  const std::vector<Place> places = places_in(model);
  check(!places.empty(), "insert_branches: ", model.description(), " has no Sequential with a 3x3 convolution of ",
        "padding 1 and a batch norm after it that ", blocks, " could replace");

  // Make every block first: after that nothing can fail.
  std::vector<std::unique_ptr<Module>> made;
  std::string refusals;
  size_t count = 0;
  for (const Place& place : places) {
    std::unique_ptr<Module> block;
    try {
      block = make(place.options);
      check(block != nullptr, "no block was made; throw Error with the reason if there is no room for one");
      block->train(place.layers->training());
      ++count;
    } catch (const Error& error) {
      refusals += "\n  " + place.name + ": " + error.what();
    }
    made.push_back(std::move(block));
  }
  check(count > 0, "insert_branches: ", model.description(), " has no room for ", blocks, ":", refusals);

  // From the last to the first, so that the indices of the remaining ones stay valid.
  std::set<const Module*> replaced;
  for (size_t p = places.size(); p-- > 0;) {
    if (made[p] == nullptr) continue;
    replaced.insert(made[p].get());
    places[p].layers->replace(places[p].first, places[p].count, std::move(made[p]));
  }
  std::vector<std::string> names;
  for (const NamedModule& each : named_modules(model)) {
    if (replaced.contains(each.module)) names.push_back(each.name);
  }
  return names;
}

}  // namespace

std::vector<std::string> insert_branches(Module& model, const std::string& family, Initializer& initializer) {
  check_family(family);
  return replace_convolutions(model, "a block of family \"" + family + "\"",
                              [&](const BlockOptions& options) { return make_block(family, options, initializer); });
}

std::vector<std::string> insert_branches(Module& model, const MakeBlock& make) {
  check(make != nullptr, "insert_branches: no function that makes blocks; give one");
  return replace_convolutions(model, "a custom block", make);
}

}  // namespace onefold
