#include "layers/labs/vgg_variant.h"

#include <algorithm>
#include <functional>

#include "autograd/ops.h"
#include "core/check.h"
#include "layers/families/families.h"
#include "layers/labs/whitening.h"
#include "layers/labs/window_pooling.h"
#include "layers/pooling.h"

namespace onefold {

namespace {

constexpr int64_t kImageChannels = 3;
constexpr int64_t kWhitening = 16;  // of 27 components: the others hold mostly noise; with both signs 32 channels

// [short]
/// One block per resolution or width, at 32x32, 16x16, 8x8 twice and 4x4: few channels on large feature maps, many on
/// small ones.
VggVariant short_variant() {
  VggVariant variant{.size = {"short", {1, 1, 1, 1, 1}, {32, 128, 128, 256, 256}}};
  variant.halving = {Halving::none, Halving::pool, Halving::pool, Halving::none, Halving::pool};
  variant.pointwise.fill(false);  // with it, the same number of epochs is no more accurate and takes longer
  variant.whitening = kWhitening;
  variant.first = FirstWeights::dirac;
  variant.max_pool = true;
  variant.logit_scale = 1.0 / 9;
  return variant;
}
// [/short]

/// A Linear whose result is multiplied by a constant.
class ScaledLinear : public Linear {
 public:
  ScaledLinear(const Linear& linear, Real factor)
      : Linear(linear.weight().value(), linear.bias().value()), factor_(factor) {}

  Variable forward(const Variable& x) override { return scale(Linear::forward(x), factor_); }
  std::unique_ptr<Linear> fold_linear() const override {
    auto copy = std::make_unique<ScaledLinear>(*Linear::fold_linear(), factor_);
    copy->eval();
    return copy;
  }

 private:
  Real factor_;
};

std::vector<std::vector<BlockOptions>> options_of(const VggVariant& variant) {
  check(variant.halving[0] != Halving::pool, "RepVgg ", variant.size.name,
        ": stage 0 begins with a pool, but the stem sees images in full; move the pool to stage 1");
  auto stages = block_options(variant.size);
  if (variant.whitening > 0) stages[0][0].in = 2 * variant.whitening;
  for (size_t s = 0; s < stages.size(); ++s) {
    stages[s][0].stride = variant.halving[s] == Halving::stride ? 2 : 1;
    for (BlockOptions& block : stages[s]) {
      block.pointwise = variant.pointwise[s];
      block.first = variant.first;
    }
  }
  return stages;
}

/// Everything except the whitening; the head first, as in RepVgg, so that both draw the same initial weights.
VggParts make_parts(const VggVariant& variant, const MakeBlock& make,
                    const std::function<std::unique_ptr<Linear>()>& make_head) {
  VggParts parts;
  parts.head = make_head();
  parts.stages = make_stages(variant.size, options_of(variant), make);
  for (size_t s = 0; s + 1 < parts.stages.size(); ++s) {
    if (variant.halving[s + 1] == Halving::pool) parts.stages[s]->add<MaxPool2d>(Pool2dArgs{.kernel = 2, .stride = 2});
  }
  if (variant.max_pool) {
    parts.pool = std::make_unique<GlobalMaxPool>();
  } else {
    parts.pool = std::make_unique<GlobalAvgPool>();
  }
  if (variant.logit_scale != 1) {
    parts.head = std::make_unique<ScaledLinear>(*parts.head, static_cast<Real>(variant.logit_scale));
  }
  return parts;
}

struct Suffix {
  const char* text;
  int64_t& (*field)(VggVariant& variant);
  int64_t value;
};
int64_t& whitening_of(VggVariant& variant) { return variant.whitening; }
int64_t& groups_of(VggVariant& variant) { return variant.size.groups; }
constexpr Suffix kSuffixes[] = {{"+whitening", whitening_of, kWhitening}, {"+g2", groups_of, 2}, {"+g4", groups_of, 4}};

}  // namespace

VggVariant vgg_variant(const std::string& name, const std::string& family) {
  check_family(family);
  std::string plain = name;
  VggVariant endings{};
  for (bool found = true; found;) {
    found = false;
    for (const Suffix& suffix : kSuffixes) {
      VggVariant by_default{};
      int64_t& value = suffix.field(endings);
      if (!plain.ends_with(suffix.text) || value != suffix.field(by_default)) continue;
      value = suffix.value;
      plain.resize(plain.size() - std::string(suffix.text).size());
      found = true;
    }
  }
  std::string names;
  for (const std::string& known : vgg_variant_names()) {
    names += (names.empty() ? "" : ", ") + known;
    if (known != plain) continue;
    VggVariant variant = short_variant();
    if (plain != variant.size.name) variant = {.size = repvgg_size(plain)};
    variant.size.name = name;
    variant.size.groups = endings.size.groups;
    variant.whitening = std::max(variant.whitening, endings.whitening);
    variant.family = family;
    return variant;
  }
  fail("RepVgg: unknown size \"", name, "\"; expected one of ", names, ", with +whitening, +g2 or +g4 after it");
}

std::vector<std::string> vgg_variant_names() {
  std::vector<std::string> names = repvgg_names();
  names.push_back(short_variant().size.name);
  return names;
}

std::unique_ptr<RepVgg> make_repvgg(const VggVariant& variant, int64_t classes, Initializer& initializer) {
  VggParts parts = make_parts(
      variant, [&](const BlockOptions& options) { return make_block(variant.family, options, initializer); },
      [&] { return std::make_unique<Linear>(variant.size.widths.back(), classes, initializer); });
  if (variant.whitening > 0) parts.whitening = std::make_unique<Whitening>(kImageChannels, variant.whitening);
  if (variant.family != "repvgg") parts.note = "blocks of family " + variant.family;
  return std::make_unique<RepVgg>(variant.size, std::move(parts));
}

std::unique_ptr<PlainVgg> make_plain_vgg(const VggVariant& variant, int64_t classes) {
  VggParts parts =
      make_parts(variant, zero_conv_relu, [&] { return zero_linear(variant.size.widths.back(), classes); });
  if (variant.whitening > 0) {
    parts.whitening = zero_conv_relu({.in = kImageChannels, .out = 2 * variant.whitening});
  }
  return std::make_unique<PlainVgg>(variant.size, std::move(parts));
}

}  // namespace onefold
