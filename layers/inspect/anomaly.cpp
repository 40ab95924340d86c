#include "layers/inspect/anomaly.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace onefold {

namespace {

/// The index of the first value that is NaN or infinite; the size if all are finite.
int64_t first_anomaly(const Tensor& x) {
  const Real* end = x.data() + x.size();
  return std::find_if(x.data(), end, [](Real number) { return !std::isfinite(number); }) - x.data();
}

bool is_finite(const Tensor& x) { return first_anomaly(x) == x.size(); }

std::string kind(Real number) { return std::isnan(number) ? "a nan" : "an inf"; }

template <class... Parts>
std::string joined(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

/// A layer's name in the network and its description: " in stages.1.0 (RepVggBlock 32 -> 32)".
std::string place(const NamedModule* layer) {
  if (layer == nullptr) return ", outside of the network's layers,";
  return " in " + (layer->name.empty() ? "the network" : layer->name) + " (" + layer->module->description() + ")";
}

/// " has a nan already: element 7 of [3 3 4 16]"
std::string has_already(const Tensor& x) {
  const int64_t at = first_anomaly(x);
  return joined(" has ", kind(x[at]), " already: element ", at, " of ", x.shape());
}

}  // namespace

AnomalyGuard::AnomalyGuard(Module& network) : parameters_(named_parameters(network)) {
  for (const NamedModule& layer : named_modules(network)) layers_[layer.module] = layer;
}

void AnomalyGuard::on_op(const std::string& name, const std::vector<Variable>& inputs, const Variable& result) {
  const NamedModule* const layer = layer_at_work();
  if (result.node()) layer_of_node_[result.node().get()] = layer;
  const int64_t at = first_anomaly(result.value());
  if (at == result.value().size()) return;
  throw Anomaly(joined(name, place(layer), " gave ", kind(result.value()[at]), ": element ", at, " of its result ",
                       result.shape(), "; ", source(inputs)));
}

void AnomalyGuard::on_backward(const Node& node, const Tensor& dy, const Grads& gradients) {
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!node.inputs[i].requires_grad() || is_finite(gradients[i])) continue;
    const int64_t at = first_anomaly(gradients[i]);
    const auto layer = layer_of_node_.find(&node);
    throw Anomaly(joined("backward of ", node.name, layer == layer_of_node_.end() ? "" : place(layer->second), " gave ",
                         kind(gradients[i][at]), ": element ", at, " of the gradient of its input ", i, " ",
                         gradients[i].shape(), "; ",
                         is_finite(dy) ? source(node.inputs) : "the gradient of its result" + has_already(dy)));
  }
}

/// The innermost layer of the network that is computing now; null if none is.
const NamedModule* AnomalyGuard::layer_at_work() const {
  const std::vector<const Module*>& at_work = modules_at_work();
  for (auto module = at_work.rbegin(); module != at_work.rend(); ++module) {
    const auto layer = layers_.find(*module);
    if (layer != layers_.end()) return &layer->second;
  }
  return nullptr;
}

/// The origin of the values: the first input that is not finite, or that all inputs are finite.
std::string AnomalyGuard::source(const std::vector<Variable>& inputs) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (is_finite(inputs[i].value())) continue;
    const auto parameter = std::find_if(parameters_.begin(), parameters_.end(),
                                        [&](const NamedParameter& each) { return each.value.is(inputs[i]); });
    return joined("its input ", i, parameter == parameters_.end() ? "" : ", the parameter " + parameter->name + ",",
                  has_already(inputs[i].value()));
  }
  return "all of its inputs are finite" + hidden_source();
}

/// Values that a layer uses without passing them to an op as inputs, if not finite: running statistics, in evaluation.
std::string AnomalyGuard::hidden_source() const {
  const std::vector<const Module*>& at_work = modules_at_work();
  const auto layer = at_work.empty() ? layers_.end() : layers_.find(at_work.back());
  if (layer == layers_.end() || layer->first->training()) return "";
  for (const auto& [name, tensor] : state(*layer->second.module)) {
    if (!is_finite(tensor)) return ", but the layer's " + name + " is not";
  }
  return "";
}

}  // namespace onefold
