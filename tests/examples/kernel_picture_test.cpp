#include "examples/pictures/kernel_picture.h"

#include "core/random.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"

using namespace onefold;

TEST_CASE("filter picture: every tap is one cell", "[examples]") {
  const Tensor filters = random_normal({3, 3, 5, 4}, Random(1, 1));
  const std::string markup = filter_drawing(filters, 1, "filters").markup;
  CHECK(unbalanced_tag(markup) == "");
  CHECK(count_of(markup, "h1") == 3 * 3 * 5 * 4);
  CHECK(markup.find("viewBox=\"0 0 19 15\"") != std::string::npos);  // 5 and 4 maps of 3, a place between them
}

TEST_CASE("filter picture: a 1x1 kernel lies at the centre of a 3x3 one", "[examples]") {
  const std::string markup = filter_drawing(Tensor::full({1, 1, 2, 1}, 1), 1, "1x1").markup;
  CHECK(markup.find("d=\"M1 1h1M5 1h1\"") != std::string::npos);
}

TEST_CASE("filter picture: signs have the two ends of the colours, zero and NaN the middle", "[examples]") {
  const Tensor filters = Tensor::from({1, 1, 4, 1}, {-9, 0, 9, std::numeric_limits<Real>::quiet_NaN()});
  const std::string markup = filter_drawing(filters, 2, "signs").markup;
  CHECK(markup.find("<path class=\"k0\" d=\"M1 1h") != std::string::npos);
  CHECK(markup.find("<path class=\"k12\" d=\"M5 1h1M13 1h") != std::string::npos);
  CHECK(markup.find("<path class=\"k24\" d=\"M9 1h") != std::string::npos);
}

TEST_CASE("colour limit: nearly the largest of what is not zero", "[examples]") {
  std::vector<Real> values(1000, 0);
  for (size_t i = 0; i < 100; ++i) values[i] = static_cast<Real>(i % 2 == 0 ? i + 1 : -static_cast<double>(i + 1));
  CHECK(colour_limit({Tensor::from({1000}, values)}) == Approx(98).margin(1));
  CHECK(colour_limit({Tensor::zeros({4})}) == 1);
  CHECK(colour_limit({}) == 1);
}

TEST_CASE("colour style: every colour has a rule, and zero is white", "[examples]") {
  const std::string style = colour_style();
  for (int index = 0; index <= 24; ++index) CHECK(count_of(style, ".k" + std::to_string(index) + "{") == 1);
  CHECK(style.find(".k12{color:#ffffff}") != std::string::npos);
}
