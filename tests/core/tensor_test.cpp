#include "core/tensor.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();

}  // namespace

TEST_CASE("tensor: numbers come back in row-major order", "[core]") {
  const std::vector<Real> numbers{1, 2, 3, 4, 5, 6};
  const Tensor tensor = Tensor::from({2, 3}, numbers);
  CHECK(tensor.shape() == Shape({2, 3}));
  CHECK(tensor.to_vector() == numbers);
  CHECK(tensor[3] == 4);
  CHECK(Tensor::full({2, 2}, 7).to_vector() == std::vector<Real>(4, 7));
  CHECK(Tensor::zeros({3}).to_vector() == std::vector<Real>(3, 0));
}

TEST_CASE("tensor: undefined and empty are two things", "[core]") {
  const Tensor none;
  CHECK_FALSE(none.defined());
  CHECK(none.size() == 0);
  CHECK(none.to_vector().empty());
  CHECK_FALSE(none.clone().defined());

  const Tensor empty({0, 3});
  CHECK(empty.defined());
  CHECK(empty.size() == 0);
}

TEST_CASE("tensor: a copy and a reshape share the buffer, a clone does not", "[core]") {
  Tensor tensor = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor copy = tensor, flat = tensor.reshape({6}), clone = tensor.clone();
  CHECK(copy.data() == tensor.data());
  CHECK(flat.data() == tensor.data());
  CHECK(clone.data() != tensor.data());

  tensor[0] = 9;
  CHECK(copy[0] == 9);
  CHECK(flat[0] == 9);
  CHECK(clone[0] == 1);
  CHECK(flat.shape() == Shape({6}));
  CHECK(tensor.shape() == Shape({2, 3}));
}

TEST_CASE("tensor: a buffer lives as long as its last handle", "[core]") {
  Tensor flat;
  {
    const Tensor tensor = Tensor::full({2, 2}, 5);
    flat = tensor.reshape({4});
  }
  CHECK(flat.to_vector() == std::vector<Real>(4, 5));
}

TEST_CASE("tensor: item is the number of a tensor of size 1, whatever its rank", "[core]") {
  CHECK(Tensor::full({}, 3).item() == 3);
  CHECK(Tensor::full({1, 1}, 4).item() == 4);
  CHECK_THROWS_WITH(Tensor::zeros({2}).item(), "item: tensor [2] has 2 elements, expected exactly 1; sum it first");
  CHECK_THROWS_AS(Tensor().item(), Error);
}

TEST_CASE("tensor: sizes that do not fit are refused", "[core]") {
  CHECK_THROWS_WITH(Tensor::from({2, 2}, {1, 2, 3}),
                    "tensor: got 3 values, shape [2 2] needs 4; pass one value per element");
  CHECK_THROWS_WITH(Tensor::zeros({2, 3}).reshape({5}),
                    "reshape: [2 3] has 6 elements, [5] needs 5; the sizes must be equal");
  CHECK_THROWS_AS(Tensor().reshape({1}), Error);
}

TEST_CASE("tensor: the largest difference and magnitude, NaN where there is one", "[core]") {
  const Tensor a = Tensor::from({4}, {1, -5, 3, 2}), b = Tensor::from({4}, {1, -2, 4, 2});
  CHECK(max_abs(a) == 5);
  CHECK(max_abs_difference(a, b) == 3);
  CHECK(max_abs_difference(a, a) == 0);
  CHECK(max_abs(Tensor::zeros({0})) == 0);
  CHECK_THROWS_AS(max_abs_difference(a, Tensor::zeros({2, 2})), Error);

  // Wherever the NaN stands, larger numbers around it do not hide it.
  for (int64_t place = 0; place < 4; ++place) {
    Tensor broken = a.clone();
    broken[place] = kNan;
    CHECK(std::isnan(max_abs(broken)));
    CHECK(std::isnan(max_abs_difference(a, broken)));
    CHECK(std::isnan(max_abs_difference(broken, a)));
  }
}
