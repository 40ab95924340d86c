#include "examples/support/fold_demonstration.h"

#include <limits>

#include "core/random.h"
#include "layers/count.h"
#include "layers/reparam/repvgg_block.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;

namespace {

/// A small network with awkward statistics, in evaluation mode.
std::unique_ptr<RepVgg> some_network(const std::string& family = "repvgg") {
  Initializer initializer(1);
  RepVggSize size{"small", {1, 1, 2, 1, 1}, {4, 4, 8, 8, 8}};
  size.family = family;
  auto network = std::make_unique<RepVgg>(size, 10, initializer);
  testing::randomize(*network, 2, false);
  network->eval();
  return network;
}

const Tensor& some_images() {
  static const Tensor images = random_normal({3, 32, 32, 3}, Random(5, 0));
  return images;
}

}  // namespace

TEST_CASE("map difference: the outermost pixels are the border", "[examples]") {
  const Tensor a = Tensor::zeros({2, 4, 5, 3});
  const auto at = [](int64_t n, int64_t p, int64_t q, int64_t k) { return ((n * 4 + p) * 5 + q) * 3 + k; };
  for (int64_t p = 0; p < 4; ++p) {
    for (int64_t q = 0; q < 5; ++q) {
      Tensor b = a.clone();
      b[at(1, p, q, 2)] = -3;
      const MapDifference difference = map_difference(a, b);
      const bool border = p == 0 || p == 3 || q == 0 || q == 4;
      CHECK(difference.border == (border ? 3 : 0));
      CHECK(difference.interior == (border ? 0 : 3));
    }
  }
  Tensor broken = a.clone();
  broken[at(0, 1, 1, 0)] = std::numeric_limits<Real>::quiet_NaN();
  broken[at(0, 2, 2, 0)] = 1;
  CHECK(std::isnan(map_difference(a, broken).interior));
  CHECK_THROWS_AS(map_difference(a, Tensor::zeros({2, 5, 4, 3})), Error);
}

TEST_CASE("demonstration of a block: every step computes what the trained block does", "[examples]") {
  const auto network = some_network();
  for (const auto& [name, block] : named_blocks(*network)) {
    const bool has_identity = dynamic_cast<RepVggBlock&>(*block).has_identity();
    FoldRecord record;
    demonstrate_block(*network, name, some_images(), record);
    CAPTURE(name);
    CHECK(record.block == name);
    CHECK(record.block_images == 3);
    REQUIRE(record.block_steps.size() == (has_identity ? 6u : 5u));
    CHECK(record.block_steps.front().batch_norms == (has_identity ? 3 : 2));
    CHECK(record.block_steps.back().batch_norms == 0);
    CHECK(record.block_steps.back().additions == 0);
    for (const FoldRow& step : record.block_steps) {
      CHECK(step.interior <= 100 * testing::kFoldTolerance);
      CHECK(step.border <= 100 * testing::kFoldTolerance);
    }
    CHECK(record.trained_kernels.size() == 2);
    CHECK(record.scaled_kernels.size() == (has_identity ? 3u : 2u));
    REQUIRE(record.folded_kernel.size() == 1);

    // The pictures add up as the kernels do.
    Tensor sum = Tensor::zeros(record.folded_kernel[0].filters.shape());
    for (const PicturedKernel& branch : record.scaled_kernels) {
      for (int64_t i = 0; i < sum.size(); ++i) sum[i] += branch.filters[i];
    }
    CHECK(max_abs(sum) > 0);
    CHECK(max_abs_difference(sum, record.folded_kernel[0].filters) <= 10 * testing::kFoldTolerance * max_abs(sum));
  }
  FoldRecord record;
  CHECK_THROWS_WITH(demonstrate_block(*network, "stages.7.0", some_images(), record), ContainsSubstring("stages.7.0"));
}

TEST_CASE("demonstration of a network: its counts are the counter's, its shares add up to one", "[examples]") {
  const auto network = some_network();
  const auto folded = network->fold_network();
  FoldRecord record;
  demonstrate_network(*network, some_images(), record);

  const Counts before = count(*network, {1, 32, 32, 3}), after = count(*folded, {1, 32, 32, 3});
  const std::pair<FoldRow, Counts> ends[] = {{record.network_steps.front(), before},
                                             {record.network_steps.back(), after}};
  for (const auto& [row, counts] : ends) {
    CHECK(row.parameters == counts.parameters);
    CHECK(row.convolutions == counts.convolutions);
    CHECK(row.batch_norms == counts.batch_norms);
    CHECK(row.additions == counts.additions);
  }
  int64_t parameters = network->head().weight().value().size() + network->head().bias().value().size();
  REQUIRE(record.blocks.size() == 6);
  for (const FoldedBlockRow& block : record.blocks) {
    parameters += block.parameters_before;
    double shares = 0;
    for (const BranchShare& each : block.shares) shares += each.share;
    CHECK(shares == Approx(1));
    CHECK(block.largest_output > 0);
    CHECK(std::max(block.interior, block.border) <= testing::kFoldTolerance * block.largest_output);
  }
  CHECK(parameters == before.parameters);
}

TEST_CASE("demonstration: of blocks of any family", "[examples]") {
  for (const std::string family : {"none", "acb", "dbb", "qarepvgg"}) {
    CAPTURE(family);
    const auto network = some_network(family);
    FoldRecord record;
    demonstrate_block(*network, "stages.1.0", some_images(), record);
    demonstrate_network(*network, some_images(), record);
    CHECK(record.trained_kernels.size() >= record.scaled_kernels.size());
    for (const PicturedKernel& branch : record.scaled_kernels) {
      CHECK(branch.filters.shape() == record.folded_kernel.at(0).filters.shape());
    }
    for (const FoldedBlockRow& block : record.blocks) {
      double shares = 0;
      for (const BranchShare& each : block.shares) shares += each.share;
      CHECK(shares == Approx(1));
      CHECK(std::max(block.interior, block.border) <= testing::kFoldTolerance * block.largest_output);
    }
    CHECK(record.network_steps.back().batch_norms == 0);
  }
}

TEST_CASE("comparison of forms: counts changed predictions and finds the largest difference", "[examples]") {
  Evaluation trained, folded;
  trained.logits = Tensor::from({3, 2}, {1, 2, 4, 3, 0, -5});
  folded.logits = Tensor::from({3, 2}, {1, 2, 3, Real(3.5), 0, -5});
  trained.correct = folded.correct = 2;
  const FoldProof proof = compare_forms(trained, folded);
  CHECK(proof.images == 3);
  CHECK(proof.equal == 2);
  CHECK(proof.largest_difference == 1);
  CHECK(proof.largest_logit == 5);
  CHECK(proof.relative() == Approx(0.2));
  CHECK(compare_forms(trained, trained).equal == 3);
}

TEST_CASE("equality of forms: a changed prediction, a moved logit and a NaN are refused", "[examples]") {
  FoldProof proof{.images = 10000, .equal = 10000, .largest_difference = 9e-5, .largest_logit = 10};
  CHECK_NOTHROW(check_forms_equal(proof));
  proof.equal = 9997;
  CHECK_THROWS_WITH(check_forms_equal(proof), ContainsSubstring("3 of 10,000 predictions changed"));
  proof.equal = 10000;
  proof.largest_difference = 2e-4;
  CHECK_THROWS_WITH(check_forms_equal(proof), ContainsSubstring("2.0e-05 of the largest one"));
  proof.largest_difference = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(check_forms_equal(proof), Error);
}

TEST_CASE("times of forms: medians of both", "[examples]") {
  const auto network = some_network();
  const auto folded = network->fold_network();
  const FormTimes times = time_forms(*network, *folded, 2, 0);
  CHECK(times.batch == 2);
  CHECK(times.before > 0);
  CHECK(times.after > 0);
}
