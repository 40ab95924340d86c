#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/module.h"

namespace onefold {

/// Layers that take any earlier result, by number: for cells in which a result is used several times. Result 0 is x;
/// each function appends a result and returns its number; the last is the graph's own. State: N.*, by result number.
class LayerGraph : public Module {
 public:
  /// All throw Error for a number that is not there yet.
  int64_t add(std::unique_ptr<Module> layer, int64_t from);
  int64_t sum(int64_t a, int64_t b);
  int64_t concat(const std::vector<int64_t>& parts);  // along the channels

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// Folds each layer by itself.
  std::unique_ptr<Module> fold() const override;

 private:
  struct Step {
    enum class Kind { layer, sum, concat } kind;
    std::vector<int64_t> from;
    std::unique_ptr<Module> layer;  // null for sum and concat
  };
  int64_t append(Step step);

  std::vector<Step> steps_;  // step i computes result i + 1
};

}  // namespace onefold
