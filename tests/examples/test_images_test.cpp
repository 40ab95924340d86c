#include "examples/report/test_images.h"

#include <nlohmann/json.hpp>

#include "datasets/photo.h"
#include "datasets/read_file.h"
#include "datasets/shapes10.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

/// An evaluation that takes image i for its own class, but each image in `wrong` for the next one: by the more, the
/// later it is in that list.
Evaluation evaluation_of(const Dataset& test, const std::vector<int64_t>& wrong) {
  Evaluation evaluation;
  evaluation.logits = Tensor::zeros({test.size(), 10});
  for (int64_t i = 0; i < test.size(); ++i) evaluation.logits[i * 10 + test.labels[static_cast<size_t>(i)]] = 5;
  for (size_t w = 0; w < wrong.size(); ++w) {
    const int64_t next = (test.labels[static_cast<size_t>(wrong[w])] + 1) % 10;
    evaluation.logits[wrong[w] * 10 + next] = static_cast<Real>(6 + w);
  }
  return evaluation;
}

nlohmann::json images_in(const RunFolder& folder) {
  const std::vector<uint8_t> bytes = read_file(folder.images(), 1 << 24);
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("test images: the first ones in order, the worst mistakes by the probability of the true class",
          "[examples]") {
  const TemporaryFolder folder;
  const Dataset test = shapes10(3, 1, 200).test;
  std::vector<int64_t> wrong;
  for (int64_t i = 0; i < 30; ++i) wrong.push_back(7 * i % 200);
  write_test_images({folder.path()}, test, evaluation_of(test, wrong));
  const nlohmann::json images = images_in({folder.path()});
  CHECK(images["count"] == 200);
  CHECK(images["mistakes"] == 30);
  REQUIRE(images["first"].size() == 60);
  for (size_t i = 0; i < 60; ++i) CHECK(images["first"][i]["label"] == i % 10);
  CHECK(images["first"][7]["prediction"] == 8);
  CHECK(images["first"][8]["prediction"] == 8);
  CHECK(images["first"][8]["probability"] == images["first"][8]["of_label"]);
  REQUIRE(images["worst"].size() == 24);
  for (size_t w = 0; w < 24; ++w) {
    CHECK(images["worst"][w]["label"] == wrong[29 - w] % 10);
    CHECK(images["worst"][w]["prediction"] == (wrong[29 - w] + 1) % 10);
    CHECK(images["worst"][w]["of_label"] < images["worst"][w]["probability"]);
  }
  CHECK(images["first"][0]["picture"].get<std::string>().starts_with("data:image/png;base64,"));
}

TEST_CASE("test images: the samples are the first images, pixel by pixel", "[examples]") {
  const TemporaryFolder folder;
  const Dataset test = shapes10(3, 1, 5).test;
  write_test_images({folder.path()}, test, evaluation_of(test, {}));
  CHECK(images_in({folder.path()})["worst"].empty());
  for (int64_t i = 0; i < 3; ++i) {
    const Photo photo = load_photo(RunFolder{folder.path()}.sample(i + 1));
    CHECK(photo.image.pixels == std::vector<uint8_t>(test.image(i), test.image(i + 1)));
  }
  CHECK(folder.entries() == 4);

  const TemporaryFolder small;
  const Dataset one = first_images(test, 1);
  write_test_images({small.path()}, one, evaluation_of(one, {0}));
  CHECK(small.entries() == 2);
  CHECK(images_in({small.path()})["worst"].size() == 1);
}
