#include "layers/models/repvgg_size.h"

#include "core/check.h"

namespace onefold {

namespace {

constexpr int64_t kWhitening = 16;  // of 27 components: the others hold little but noise; with both signs 32 channels

// [short]
/// A stage a map size or width, one block each, at 32x32, 16x16, 8x8 twice and 4x4: few channels on large maps, many on
/// small ones.
RepVggSize short_size() {
  RepVggSize size{"short", {1, 1, 1, 1, 1}, {32, 128, 128, 256, 256}};
  size.halving = {Halving::none, Halving::pool, Halving::pool, Halving::none, Halving::pool};
  size.pointwise.fill(false);  // as many epochs with it reach no more, and take longer
  size.whitening = kWhitening;
  size.first = FirstWeights::dirac;
  size.largest = true;
  size.logit_scale = 1.0 / 9;
  return size;
}
// [/short]

const std::vector<RepVggSize>& sizes() {
  static const std::vector<RepVggSize> all = {
      {"tiny", {1, 1, 2, 4, 1}, {16, 16, 32, 64, 256}},
      {"mini", {1, 1, 2, 3, 1}, {32, 32, 64, 128, 512}},
      {"S", {1, 2, 4, 6, 1}, {32, 32, 64, 128, 512}},
      {"A0", {1, 2, 4, 14, 1}, {48, 48, 96, 192, 1280}},
      short_size(),
  };
  return all;
}

struct Suffix {
  const char* text;
  int64_t RepVggSize::*what;
  int64_t value;
};
constexpr Suffix kSuffixes[] = {{"+whitening", &RepVggSize::whitening, kWhitening},
                                {"+g2", &RepVggSize::groups, 2},
                                {"+g4", &RepVggSize::groups, 4}};

/// The suffix that a name ends with and that says what none behind it has said; null for none.
const Suffix* last_suffix(const std::string& name, const RepVggSize& said) {
  const RepVggSize nothing{};
  for (const Suffix& suffix : kSuffixes) {
    if (name.ends_with(suffix.text) && said.*suffix.what == nothing.*suffix.what) return &suffix;
  }
  return nullptr;
}

}  // namespace

RepVggSize repvgg_size(const std::string& name) {
  std::string plain = name;
  RepVggSize said{};
  while (const Suffix* suffix = last_suffix(plain, said)) {
    said.*suffix->what = suffix->value;
    plain.resize(plain.size() - std::string(suffix->text).size());
  }
  for (RepVggSize size : sizes()) {
    if (size.name != plain) continue;
    size.name = name;
    size.groups = said.groups;
    if (said.whitening != 0) size.whitening = said.whitening;
    return size;
  }
  std::string names;
  for (const std::string& known : repvgg_names()) names += (names.empty() ? "" : ", ") + known;
  fail("RepVgg: no size \"", name, "\"; the sizes are ", names, ", with +whitening, +g2 or +g4 behind them");
}

std::vector<std::string> repvgg_names() {
  std::vector<std::string> names;
  for (const RepVggSize& size : sizes()) names.push_back(size.name);
  return names;
}

}  // namespace onefold
