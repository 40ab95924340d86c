#include "autograd/graph.h"

#include <sstream>
#include <unordered_map>
#include <vector>

#include "core/check.h"

namespace onefold {

namespace {

/// The text inside the quotes of a label: \ and " are special to Graphviz.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string attributes(const Variable& variable) {
  const std::string size = "\\n" + variable.shape().text() + "\"";
  if (variable.node()) return "shape=box, label=\"" + escaped(variable.node()->name) + size;
  if (variable.requires_grad()) return "shape=ellipse, style=filled, fillcolor=\"#cfe8cf\", label=\"parameter" + size;
  return "shape=ellipse, style=dashed, label=\"data" + size;
}

}  // namespace

std::string graphviz(const Variable& result) {
  check(result.defined(), "graphviz: the variable was never given a value, there is nothing to draw");
  std::unordered_map<const void*, size_t> numbers{{result.id(), 0}};
  std::vector<Variable> vertices{result};  // by number; those after `vertex` are still to be drawn

  std::ostringstream text;
  text << "digraph history {\n  rankdir=BT;\n";
  for (size_t vertex = 0; vertex < vertices.size(); ++vertex) {
    const Variable variable = vertices[vertex];
    text << "  v" << vertex << " [" << attributes(variable) << "];\n";
    if (!variable.node()) continue;

    check(variable.node()->backward != nullptr, "graphviz: the history of ", variable.node()->name,
          " was freed by backward(); draw the graph first");
    for (const Variable& input : variable.node()->inputs) {
      const auto [found, is_new] = numbers.try_emplace(input.id(), vertices.size());
      if (is_new) vertices.push_back(input);
      text << "  v" << found->second << " -> v" << vertex << ";\n";
    }
  }
  text << "}\n";
  return text.str();
}

}  // namespace onefold
