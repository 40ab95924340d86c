#include "layers/models/survey/layer_graph.h"

#include "autograd/annex/survey_ops.h"
#include "autograd/ops.h"
#include "core/check.h"
#include "layers/fold/fold_error.h"

namespace onefold {

int64_t LayerGraph::append(Step step) {
  const auto results = static_cast<int64_t>(steps_.size()) + 1;
  check(!step.from.empty(), "LayerGraph: no results to concatenate; give at least one");
  for (const int64_t number : step.from) {
    check(number >= 0 && number < results, "LayerGraph: no result ", number, " yet, among ", results,
          "; numbered from 0, which is the input");
  }
  steps_.push_back(std::move(step));
  return results;
}

int64_t LayerGraph::add(std::unique_ptr<Module> layer, int64_t from) {
  check(layer != nullptr, "LayerGraph: the layer after result ", from, " is null; give a layer");
  return append({Step::Kind::layer, {from}, std::move(layer)});
}

int64_t LayerGraph::sum(int64_t a, int64_t b) { return append({Step::Kind::sum, {a, b}, nullptr}); }

int64_t LayerGraph::concat(const std::vector<int64_t>& parts) { return append({Step::Kind::concat, parts, nullptr}); }

Variable LayerGraph::forward(const Variable& x) {
  // A result is released with its last use: without history, no more is held than a cell needs.
  std::vector<size_t> last_use(steps_.size() + 1);
  for (size_t i = 0; i < steps_.size(); ++i) {
    for (const int64_t number : steps_[i].from) last_use[static_cast<size_t>(number)] = i;
  }
  std::vector<Variable> results{x};
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    std::vector<Variable> inputs;
    for (const int64_t number : step.from) inputs.push_back(results[static_cast<size_t>(number)]);
    for (const int64_t number : step.from) {
      if (last_use[static_cast<size_t>(number)] == i) results[static_cast<size_t>(number)] = {};
    }
    switch (step.kind) {
      case Step::Kind::layer: results.push_back((*step.layer)(inputs[0])); break;
      case Step::Kind::sum: results.push_back(onefold::add(inputs[0], inputs[1])); break;
      case Step::Kind::concat: results.push_back(concat_channels(inputs)); break;
    }
  }
  return results.back();
}

void LayerGraph::visit(Visitor& visitor) {
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].layer) visitor.child(std::to_string(i + 1), *steps_[i].layer);
  }
}

std::string LayerGraph::description() const {
  return "LayerGraph, " + std::to_string(steps_.size()) + (steps_.size() == 1 ? " result" : " results");
}

std::unique_ptr<Module> LayerGraph::fold() const {
  check_evaluation_mode(*this);
  auto folded = std::make_unique<LayerGraph>();
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    std::unique_ptr<Module> layer;
    if (step.layer) layer = fold_piece(std::to_string(i + 1), [&] { return step.layer->fold(); });
    folded->append({step.kind, step.from, std::move(layer)});
  }
  folded->eval();
  return folded;
}

}  // namespace onefold
