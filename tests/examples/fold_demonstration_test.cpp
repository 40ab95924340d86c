#include "examples/folding/fold_demonstration.h"

#include <limits>

#include "core/random.h"
#include "examples/folding/block_demonstration.h"
#include "examples/folding/form_times.h"
#include "layers/families/families.h"
#include "layers/fold/repvgg_block.h"
#include "layers/inspect/count.h"
#include "layers/labs/vgg_variant.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;

namespace {

/// A small network with awkward statistics, in evaluation mode.
std::unique_ptr<RepVgg> some_network(const std::string& family = "repvgg") {
  Initializer initializer(1);
  auto network = make_repvgg({.size = {"small", {1, 1, 2, 1, 1}, {4, 4, 8, 8, 8}}, .family = family}, 10, initializer);
  testing::randomize(*network, 2, false);
  network->eval();
  return network;
}

const Tensor& some_images() {
  static const Tensor images = random_normal({3, 32, 32, 3}, Random(5, 0));
  return images;
}

void add_to(Counts& sum, const Counts& counts) {
  sum.parameters += counts.parameters;
  sum.multiply_adds += counts.multiply_adds;
  sum.convolutions += counts.convolutions;
  sum.batch_norms += counts.batch_norms;
  sum.additions += counts.additions;
  sum.element_wise += counts.element_wise;
}

/// Before, between and after are there; shares add up to one, and the pictures add up as the kernels do.
void check_kernels(const FoldedBlockRow& block) {
  const BlockKernels& kernels = block.kernels;
  CHECK_FALSE(kernels.trained.empty());
  REQUIRE_FALSE(kernels.folded.empty());
  REQUIRE(kernels.scaled.size() == block.shares.size());
  double shares = 0;
  Tensor sum = Tensor::zeros(kernels.folded[0].filters.shape());
  for (size_t b = 0; b < kernels.scaled.size(); ++b) {
    CHECK(kernels.scaled[b].name == block.shares[b].branch);
    CHECK(block.shares[b].share > 0);
    shares += block.shares[b].share;
    REQUIRE(kernels.scaled[b].filters.shape() == sum.shape());
    for (int64_t i = 0; i < sum.size(); ++i) sum[i] += kernels.scaled[b].filters[i];
  }
  CHECK(shares == Approx(1));
  CHECK(max_abs(sum) > 0);
  CHECK(max_abs_difference(sum, kernels.folded[0].filters) <= 10 * testing::kFoldTolerance * max_abs(sum));
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
  const std::vector<Variable> inputs = network->block_inputs(Variable(some_images()));
  const auto blocks = named_blocks(*network);
  for (size_t b = 0; b < blocks.size(); ++b) {
    const auto& [name, block] = blocks[b];
    const bool has_identity = dynamic_cast<RepVggBlock&>(*block).has_identity();
    const FoldedBlockRow row = demonstrate_block(name, *block, inputs[b].value());
    CAPTURE(name);
    CHECK(row.name == name);
    REQUIRE(row.steps.size() == (has_identity ? 6u : 5u));
    CHECK(row.steps.front().batch_norms == (has_identity ? 3 : 2));
    CHECK(row.steps.back().batch_norms == 0);
    CHECK(row.steps.back().additions == 0);
    for (const FoldRow& step : row.steps) {
      CHECK(step.interior <= 100 * testing::kFoldTolerance);
      CHECK(step.border <= 100 * testing::kFoldTolerance);
    }
    CHECK(row.kernels.trained.size() == 2);
    CHECK(row.kernels.scaled.size() == (has_identity ? 3u : 2u));
    REQUIRE(row.kernels.folded.size() == 1);
    CHECK(row.shares.size() == row.kernels.scaled.size());

    // Both ends of the steps are counted, not computed.
    CHECK(row.before.parameters == row.steps.front().parameters);
    CHECK(row.before.convolutions == row.steps.front().convolutions);
    CHECK(row.after.parameters == row.steps.back().parameters);
    CHECK(row.after.convolutions == 1);
    CHECK(row.before.element_wise > 0);
    CHECK(row.after.element_wise == 0);
  }
}

TEST_CASE("demonstration of a network: its counts are the counter's", "[examples]") {
  const auto network = some_network();
  const auto folded = network->fold_network();
  FoldRecord record;
  demonstrate_network(*network, some_images(), record);
  CHECK(record.block_images == 3);

  const Counts before = count(*network, {1, 32, 32, 3}), after = count(*folded, {1, 32, 32, 3});
  const std::pair<FoldRow, Counts> ends[] = {{record.network_steps.front(), before},
                                             {record.network_steps.back(), after}};
  for (const auto& [row, counts] : ends) {
    CHECK(row.parameters == counts.parameters);
    CHECK(row.convolutions == counts.convolutions);
    CHECK(row.batch_norms == counts.batch_norms);
    CHECK(row.additions == counts.additions);
  }
}

TEST_CASE("demonstration: blocks of every family that has room add up to their network", "[examples]") {
  // Of the others, which keep the channels, a RepVGG can have none: its first block sees three.
  for (const std::string& family : family_names()) {
    if (family == "repmixer" || family == "unireplk") continue;
    CAPTURE(family);
    const auto network = some_network(family);
    FoldRecord record;
    demonstrate_network(*network, some_images(), record);
    REQUIRE(record.blocks.size() == 6);
    CHECK(record.network_steps.back().batch_norms == 0);

    Counts before, after;
    for (const FoldedBlockRow& block : record.blocks) {
      CAPTURE(block.name);
      add_to(before, block.before);
      add_to(after, block.after);
      check_kernels(block);
      CHECK(block.largest_output > 0);
      CHECK(std::max(block.interior, block.border) <= testing::kFoldTolerance * block.largest_output);
    }
    // Around the blocks are the mean of each of 8 maps of 4x4, and the head.
    const Counts around{.parameters = 8 * 10 + 10, .multiply_adds = 8 * 10, .element_wise = 8 * 16 + 8};
    add_to(before, around);
    add_to(after, around);
    CHECK(before == count(*network, {1, 32, 32, 3}));
    CHECK(after == count(*network->fold_network(), {1, 32, 32, 3}));
  }
}

TEST_CASE("demonstration: a norm around the sum leaves the branches to be seen", "[examples]") {
  const auto network = some_network("qarepvgg");
  FoldRecord record;
  demonstrate_network(*network, some_images(), record);
  const FoldedBlockRow& block = record.blocks[1];
  REQUIRE(block.shares.size() == 3);
  CHECK(block.shares[0].branch == "3x3");
  CHECK(block.shares[1].branch == "1x1");
  CHECK(block.shares[2].branch == "identity");
  REQUIRE(block.kernels.folded.size() == 2);
  CHECK(block.kernels.folded[1].name == "folded");
  CHECK(max_abs_difference(block.kernels.folded[0].filters, block.kernels.folded[1].filters) > 0);
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
  CHECK_THROWS_WITH(check_forms_equal(proof), ContainsSubstring("2.0e-05 of the maximum logit"));
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

TEST_CASE("times of blocks: one of each, of a batch larger than the images and than a slice", "[examples]") {
  const auto network = some_network();
  const auto before = state(*network);
  for (int64_t batch : {int64_t{1}, RepVgg::kSlice + 2}) {
    const std::vector<FormTimes> times = time_blocks(*network, some_images(), batch, 0);
    REQUIRE(times.size() == 6);
    for (const FormTimes& each : times) {
      CHECK(each.batch == batch);
      CHECK(each.before > 0);
      CHECK(each.after > 0);
    }
  }
  CHECK(testing::bit_equal(state(*network), before));
  CHECK_THROWS_WITH(time_blocks(*network, some_images(), 0, 0), ContainsSubstring("a batch of 0 images"));
}
