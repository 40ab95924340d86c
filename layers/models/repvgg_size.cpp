#include "layers/models/repvgg_size.h"

#include "core/check.h"

namespace onefold {

namespace {

const std::vector<RepVggSize>& sizes() {
  // [sizes]
  static const std::vector<RepVggSize> all = {
      {"tiny", {1, 1, 2, 4, 1}, {16, 16, 32, 64, 256}},
      {"mini", {1, 1, 2, 3, 1}, {32, 32, 64, 128, 512}},
      {"S", {1, 2, 4, 6, 1}, {32, 32, 64, 128, 512}},
      {"A0", {1, 2, 4, 14, 1}, {48, 48, 96, 192, 1280}},
  };
  // [/sizes]
  return all;
}

}  // namespace

RepVggSize repvgg_size(const std::string& name) {
  std::string names;
  for (const RepVggSize& size : sizes()) {
    if (size.name == name) return size;
    names += (names.empty() ? "" : ", ") + size.name;
  }
  fail("RepVgg: unknown size \"", name, "\"; expected one of ", names);
}

std::vector<std::string> repvgg_names() {
  std::vector<std::string> names;
  for (const RepVggSize& size : sizes()) names.push_back(size.name);
  return names;
}

}  // namespace onefold
