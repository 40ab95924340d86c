#include "examples/labs/kernel_motion.h"

#include <map>
#include <string>
#include <vector>

#include "layers/fold/repvgg_block.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

TEST_CASE("kernel motion: a moment has the block's kernel and its branches' shares", "[examples]") {
  Initializer initializer(1);
  RepVggBlock block(4, 4, 1, initializer);
  const Moment now = moment(7, block);
  CHECK(now.step == 7);
  CHECK(block.training());
  CHECK(now.kernel.shape() == Shape{3, 3, 4, 4});
  REQUIRE(now.shares.size() == 3);
  CHECK(now.shares[2].branch == "identity");
  double sum = 0;
  for (const BranchShare& each : now.shares) sum += each.share;
  CHECK(sum == Approx(1));

  // With no gamma but the identity's, that is all there is.
  std::map<std::string, Tensor> numbers = state(block);
  numbers["bn3.weight"] = numbers["bn1.weight"] = Tensor::zeros({4});
  load_state(block, numbers);
  const Moment identity = moment(8, block);
  CHECK(identity.shares[2].share == 1);
  CHECK(length(identity.kernel) == Approx(2));  // four ones
}

TEST_CASE("kernel motion: distances are in lengths of the first kernel, changes in lengths of each", "[examples]") {
  const auto kernel = [](Real a, Real b) { return Tensor::from({1, 1, 1, 2}, {a, b}); };
  const std::vector<Moment> moments = {{0, kernel(3, 4), {}}, {1, kernel(3, 14), {}}, {2, kernel(3, 4), {}}};
  CHECK(length(moments[0].kernel) == Approx(5));
  CHECK(distance_from_start(moments, 0) == 0);
  CHECK(distance_from_start(moments, 1) == Approx(2));
  CHECK(distance_from_start(moments, 2) == 0);
  CHECK(change_by_step(moments, 0) == 0);
  CHECK(change_by_step(moments, 2) == Approx(2));
}

TEST_CASE("kernel motion: the picture has a map for each moment shown, and three charts", "[examples]") {
  Initializer initializer(1);
  RepVggBlock block(4, 4, 1, initializer);
  const std::vector<Moment> moments = {moment(0, block), moment(1, block), moment(2, block)};
  const std::string picture = motion_picture(moments, {0, 2});
  CHECK(unbalanced_tag(picture) == "");
  CHECK(count_of(picture, "h1") == 2 * 3 * 3 * 4 * 4);
  CHECK(count_of(picture, "<polyline") == 5);
  CHECK(picture.find("step 2</text>") != std::string::npos);
  CHECK(picture.find("step 1</text>") == std::string::npos);
}
