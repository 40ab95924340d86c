#include "layers/pooling.h"

#include "core/annex/window_pooling.h"
#include "layers/calculus/pieces.h"
#include "layers/labs/window_pooling.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

TEST_CASE("pooling layers: the largest and the mean of windows and of maps", "[layers]") {
  const Variable x(Tensor::from({1, 2, 4, 1}, {1, 2, 3, 4, 5, 6, 7, 9}));
  CHECK(MaxPool2d({})(x).value().to_vector() == std::vector<Real>{6, 9});
  CHECK(AvgPool2d({})(x).value().to_vector() == std::vector<Real>{3.5, 5.75});
  CHECK(GlobalAvgPool()(x).value().to_vector() == std::vector<Real>{4.625});
  CHECK(GlobalAvgPool()(x).shape() == Shape{1, 1});
  CHECK(GlobalMaxPool()(Variable(Tensor::from({1, 2, 2, 2}, {1, 8, 3, 4, 5, 6, 7, 2}))).value().to_vector() ==
        std::vector<Real>{7, 8});
  CHECK_THAT(error_of([&] { GlobalMaxPool()(x); }), ContainsSubstring("must be square feature maps"));
}

TEST_CASE("pooling layers: fold to a copy with the same window", "[layers]") {
  const Variable x = random_images({2, 7, 7, 3});
  const Pool2dArgs window{.kernel = 3, .stride = 2, .padding = 1};
  MaxPool2d largest(window);
  AvgPool2d mean(window);
  GlobalAvgPool map_mean;
  GlobalMaxPool map_largest;
  for (Module* layer : std::vector<Module*>{&largest, &mean, &map_mean, &map_largest}) {
    layer->eval();
    const auto folded = layer->fold();
    CHECK(folded->description() == layer->description());
    CHECK(max_abs_difference(folded->forward(x).value(), layer->forward(x).value()) == 0);
  }
  CHECK(largest.description() == "MaxPool2d 3x3, stride 2, padding 1");
  CHECK(AvgPool2d({}).description() == "AvgPool2d 2x2, stride 2");
  CHECK(AvgPool2d({.kernel = 3, .stride = 1, .padding = 1, .count_padding = false}).description() ==
        "AvgPool2d 3x3, stride 1, padding 1, which does not count");
}
