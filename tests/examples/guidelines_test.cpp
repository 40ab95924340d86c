#include "examples/labs/survey/guidelines.h"

#include <cmath>

#include "layers/inspect/trace.h"
#include "layers/models/survey/chain.h"
#include "tests/catch.h"

using namespace onefold;

TEST_CASE("guidelines: equal widths reach the bound of a 1x1 convolution, others stay above it", "[examples]") {
  for (const auto& [in, out] : {std::pair{64, 64}, {32, 128}, {16, 256}, {256, 16}}) {
    CAPTURE(in, out);
    Initializer initializer(1);
    Chain net(in, initializer);
    const auto conv = net.conv(1, out).done();
    const Trace counts = trace(*conv, {1, 8, 8, in});
    const double bound = least_accesses(64, static_cast<double>(counts.multiply_adds()));
    if (in == out) {
      CHECK(std::abs(static_cast<double>(counts.memory_accesses()) - bound) < 1e-6);
    } else {
      CHECK(static_cast<double>(counts.memory_accesses()) > 1.05 * bound);
    }
  }
}

TEST_CASE("guidelines: the networks of each do the same work", "[examples]") {
  std::vector<Guideline> all = guidelines(8);
  REQUIRE(all.size() == 4);
  for (const Guideline& guideline : all) {
    const auto first = static_cast<double>(guideline.variants.front().multiply_adds);
    for (const Variant& variant : guideline.variants) {
      CAPTURE(guideline.name, variant.name);
      CHECK(std::abs(static_cast<double>(variant.multiply_adds) / first - 1) < 0.06);
    }
  }
  // Each guideline names what raises memory accesses, and so it does.
  for (const size_t g : {0, 1}) {
    const std::vector<Variant>& variants = all[g].variants;
    for (size_t i = 1; i < variants.size(); ++i) {
      CHECK(variants[i].memory_accesses > variants[i - 1].memory_accesses);
    }
  }
  CHECK(static_cast<double>(all[0].variants[0].memory_accesses) >= all[0].variants[0].bound);
}
