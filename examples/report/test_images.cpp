#include "examples/report/test_images.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/files/atomic_file.h"
#include "core/ops/softmax.h"
#include "datasets/resize.h"
#include "examples/pictures/image_file.h"

namespace onefold {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kFirstImages = 60, kWorstImages = 24, kSamples = 3;
constexpr int64_t kMostSide = 64;  // pixels of an image on the page

std::string png_of(const Dataset& dataset, int64_t index, int64_t most_side) {
  DecodedImage image{dataset.height, dataset.width, {dataset.image(index), dataset.image(index + 1)}};
  const int64_t longest = std::max(image.height, image.width);
  if (longest > most_side) {
    const auto shown = [&](int64_t side) { return std::max<int64_t>(1, side * most_side / longest); };
    image = resized(image, whole(image), shown(image.height), shown(image.width));
  }
  return encode_png({image.height, image.width, 3, image.pixels});
}

}  // namespace

void write_test_images(const RunFolder& folder, const Dataset& test, const Evaluation& evaluation) {
  const Tensor probabilities = softmax(evaluation.logits);  // [N, classes]
  const std::vector<int> predictions = argmax_rows(evaluation.logits);
  const auto classes = std::ssize(test.classes);
  const auto label_of = [&](int64_t image) { return test.labels[static_cast<size_t>(image)]; };
  const auto prediction_of = [&](int64_t image) { return predictions[static_cast<size_t>(image)]; };
  const auto image_json = [&](int64_t image) -> Json {
    const Real* of_class = probabilities.data() + image * classes;
    return {{"label", label_of(image)},
            {"prediction", prediction_of(image)},
            {"probability", of_class[prediction_of(image)]},
            {"of_label", of_class[label_of(image)]},
            {"picture", data_uri("image/png", png_of(test, image, kMostSide))}};
  };

  std::vector<int64_t> mistakes;
  for (int64_t i = 0; i < test.size(); ++i) {
    if (prediction_of(i) != label_of(i)) mistakes.push_back(i);
  }
  Json images = {{"classes", test.classes}, {"height", test.height},       {"width", test.width},
                 {"count", test.size()},    {"mistakes", mistakes.size()}, {"first", Json::array()},
                 {"worst", Json::array()}};
  for (int64_t i = 0; i < std::min(kFirstImages, test.size()); ++i) images["first"].push_back(image_json(i));
  std::ranges::stable_sort(mistakes, {}, [&](int64_t i) { return probabilities[i * classes + label_of(i)]; });
  mistakes.resize(std::min<size_t>(kWorstImages, mistakes.size()));
  for (const int64_t i : mistakes) images["worst"].push_back(image_json(i));
  write_file_atomically(folder.images(), images.dump() + "\n");

  for (int64_t i = 0; i < std::min(kSamples, test.size()); ++i) {
    write_file_atomically(folder.sample(i + 1), png_of(test, i, std::max(test.height, test.width)));
  }
}

}  // namespace onefold
