#include "autograd/state.h"

#include <algorithm>

#include "core/check.h"

namespace onefold {

std::map<std::string, Tensor> numbered_state(const Memory& memory) {
  std::map<std::string, Tensor> state;
  for (const auto& [name, tensors] : memory) {
    for (size_t i = 0; i < tensors.size(); ++i) state[name + "." + std::to_string(i)] = tensors[i].clone();
  }
  return state;
}

namespace {

/// A line, if all names of `longer` are those of `shorter` with one prefix: they would fit `how` it, "with" or
/// "without".
std::string prefix_line(const std::string& how, const std::map<std::string, Tensor>& longer,
                        const std::map<std::string, Tensor>& shorter) {
  if (longer.empty() || longer.size() != shorter.size()) return "";
  // A prefix keeps the order of names, so the first names of both are a pair.
  const std::string &first = longer.begin()->first, &end = shorter.begin()->first;
  if (!first.ends_with(end) || first == end) return "";
  const std::string prefix = first.substr(0, first.size() - end.size());
  const auto is_pair = [&](const auto& a, const auto& b) { return a.first == prefix + b.first; };
  if (!std::equal(longer.begin(), longer.end(), shorter.begin(), is_pair)) return "";
  return "\n  all names would fit " + how + " the prefix \"" + prefix + "\"; rename them and save again";
}

}  // namespace

std::string state_differences(const std::map<std::string, Tensor>& needed, const std::map<std::string, Tensor>& given) {
  constexpr size_t kShown = 3;  // of each kind
  std::map<std::string, std::vector<std::string>> differences;
  for (const auto& [name, tensor] : needed) {
    const std::string shape = tensor.shape().text();
    const auto found = given.find(name);
    if (found == given.end()) {
      differences["missing      "].push_back(name + " " + shape);
    } else if (!found->second.defined() || found->second.shape() != tensor.shape()) {
      differences["wrong shape  "].push_back(name + " " + found->second.shape().text() + ", expected " + shape);
    }
  }
  for (const auto& [name, tensor] : given) {
    if (!needed.contains(name)) differences["unexpected   "].push_back(name + " " + tensor.shape().text());
  }
  std::string text = prefix_line("without", given, needed) + prefix_line("with", needed, given);
  for (const auto& [kind, names] : differences) {
    for (size_t i = 0; i < std::min(kShown, names.size()); ++i) text += "\n  " + kind + names[i];
    if (names.size() > kShown) text += "\n  " + kind + "and " + std::to_string(names.size() - kShown) + " more";
  }
  return text;
}

void load_numbered_state(const std::string& whose, Memory& memory, const std::map<std::string, Tensor>& state) {
  const std::string differences = state_differences(numbered_state(memory), state);
  check(differences.empty(), whose, ": the state does not fit these parameters:", differences,
        "\nnothing was loaded; create it with the options and parameters that the state was saved with");
  for (auto& [name, tensors] : memory) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      const Tensor& from = state.at(name + "." + std::to_string(i));
      std::copy_n(from.data(), from.size(), tensors[i].data());
    }
  }
}

}  // namespace onefold
