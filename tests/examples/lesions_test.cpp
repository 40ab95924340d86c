#include "examples/labs/survey/lesions.h"

#include <cmath>

#include "core/check.h"
#include "core/random.h"
#include "layers/labs/make_network.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

std::unique_ptr<Module> network(const std::string& name) {
  Initializer initializer(3);
  auto made = make_network(name, "", 10, initializer);
  made->eval();
  return made;
}

const Tensor& images() {
  static const Tensor some = random_normal({2, 32, 32, 3}, Random(1, 1));
  return some;
}

double distance(const Variable& a, const Variable& b) {
  double squares = 0;
  for (int64_t i = 0; i < a.value().size(); ++i) squares += std::pow(double{a.value()[i]} - double{b.value()[i]}, 2);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("lesions: of the 2^54 paths of ResNet-110 those of 5 to 17 blocks are 0.4537 %", "[examples]") {
  double some = 0, all = 0;
  for (int64_t length = 0; length <= 54; ++length) {
    const double share = share_of_paths(54, length);
    all += share;
    if (length >= 5 && length <= 17) some += share;
  }
  CHECK(std::abs(all - 1) < 1e-12);
  CHECK(std::abs(some - 0.004537) < 5e-7);
  CHECK(share_of_paths(54, 20) == share_of_paths(54, 34));
  CHECK(share_of_paths(3, 1) == 0.375);
}

TEST_CASE("lesions: a whole row computes what its network does, and one without a block something else", "[examples]") {
  const NoGrad no_grad;
  for (const char* const name : {"resnet14", "vgg_small"}) {
    CAPTURE(name);
    const auto made = network(name);
    BlockRow row(dynamic_cast<Sequential&>(*made));
    CHECK(row.size() == 6);
    const Variable x(images()), y = (*made)(x);
    CHECK(distance(row(x), y) == 0);
    for (size_t b = 0; b < 6; ++b) {
      row.ways[b] = Way::shortcut;
      const Variable without = row(x);
      CHECK(without.shape() == y.shape());
      CHECK(distance(without, y) > 1e-3);
      row.restore();
    }
    CHECK(distance(row(x), y) == 0);
  }
}

TEST_CASE("lesions: blocks change places within a stage, but not with one that changes the shape", "[examples]") {
  const NoGrad no_grad;
  const auto made = network("resnet14");  // stages of two blocks
  BlockRow row(dynamic_cast<Sequential&>(*made));
  CHECK(row.can_swap(0, 1));
  CHECK(!row.can_swap(0, 0));
  CHECK(!row.can_swap(1, 3));  // other channels
  CHECK(!row.can_swap(2, 3));  // the first of a stage halves the image
  const Variable x(images()), y = row(x);
  std::swap(row.order[0], row.order[1]);
  CHECK(distance(row(x), y) > 1e-3);
}

TEST_CASE("lesions: gradients along a path add up to the whole gradient", "[examples]") {
  const auto made = network("resnet8");
  BlockRow row(dynamic_cast<Sequential&>(*made));
  REQUIRE(row.size() == 3);
  const Tensor first = row.stem(Variable(images())).value();
  const auto gradient = [&](int paths) {
    const Variable x(first, true);
    for (size_t b = 0; b < 3 && paths >= 0; ++b) {
      row.ways[b] = (paths >> b & 1) != 0 ? Way::gradient_of_body : Way::gradient_of_shortcut;
    }
    const Tensor direction = random_normal({2, 10}, Random(2, 2));
    row.behind_stem(x).backward(direction);
    row.restore();
    return x.grad();
  };
  const Tensor whole = gradient(-1);
  Tensor sum = Tensor::zeros(whole.shape());
  for (int path = 0; path < 8; ++path) {
    const Tensor one = gradient(path);
    for (int64_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
  }
  double error = 0, size = 0;
  for (int64_t i = 0; i < sum.size(); ++i) {
    error = std::max(error, std::abs(double{sum[i]} - double{whole[i]}));
    size = std::max(size, std::abs(double{whole[i]}));
  }
  CHECK(size > 0);
  CHECK(error < 1e-4 * size);
  CHECK(path_gradient(row, images(), {1, 2}, {0, 2}) > 0);
  CHECK(row.ways == std::vector<Way>(3, Way::whole));
}

TEST_CASE("lesions: a network without blocks is an error", "[examples]") {
  Sequential empty;
  CHECK_THROWS_AS(BlockRow(empty), Error);
  const auto made = network("vgg_small");
  BlockRow row(dynamic_cast<Sequential&>(*made));
  CHECK_THROWS_AS(path_gradient(row, images(), {1, 2}, {}), Error);
}
