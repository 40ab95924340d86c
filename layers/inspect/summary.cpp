#include "layers/inspect/summary.h"

#include <algorithm>
#include <vector>

namespace onefold {

namespace {

std::string with_thousands(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

}  // namespace

std::string summary(Module& module) {
  struct Line {
    std::string left, right;
  };
  std::vector<Line> lines;
  size_t left_width = 0, right_width = 0;
  for (const auto& [name, below] : named_modules(module)) {
    const auto depth = name.empty() ? 0 : 1 + std::count(name.begin(), name.end(), '.');
    const std::string own_name = name.substr(name.rfind('.') + 1);
    const std::string label = name.empty() ? "" : own_name + ": ";
    const int64_t count = count_parameters(*below);
    lines.push_back({std::string(static_cast<size_t>(2 * depth), ' ') + label + below->description(),
                     count == 0 ? "" : with_thousands(count)});
    left_width = std::max(left_width, lines.back().left.size());
    right_width = std::max(right_width, lines.back().right.size());
  }

  std::string text;
  for (const Line& line : lines) {
    text += line.left;
    if (!line.right.empty()) text.append(left_width + 2 + right_width - line.left.size() - line.right.size(), ' ');
    text += line.right + "\n";
  }
  return text;
}

}  // namespace onefold
