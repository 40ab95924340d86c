#include "datasets/shapes10.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/parallel.h"
#include "datasets/data_loader.h"
#include "tests/catch.h"

namespace onefold {
namespace {

/// Softmax of a linear function of all pixels, trained an image at a time.
class LinearClassifier {
 public:
  explicit LinearClassifier(size_t inputs) : inputs_(inputs), weight_(inputs * 10, 0) {}

  std::array<Real, 10> logits(const Real* x) const {
    std::array<Real, 10> sums{};
    for (size_t i = 0; i < inputs_; ++i) {
      for (size_t k = 0; k < 10; ++k) sums[k] += weight_[10 * i + k] * x[i];
    }
    return sums;
  }

  void learn(const Real* x, int label, Real rate) {
    std::array<Real, 10> probability = logits(x);
    const Real largest = *std::ranges::max_element(probability);
    Real total = 0;
    for (Real& p : probability) total += p = std::exp(p - largest);
    std::array<Real, 10> step;
    for (size_t k = 0; k < 10; ++k) {
      step[k] = rate * (probability[k] / total - static_cast<Real>(static_cast<int>(k) == label));
    }
    for (size_t i = 0; i < inputs_; ++i) {
      for (size_t k = 0; k < 10; ++k) weight_[10 * i + k] -= step[k] * x[i];
    }
  }

 private:
  size_t inputs_;
  std::vector<Real> weight_;  // [inputs, 10]
};

/// The share of test images that a linear classifier gets right after a few epochs.
double linear_accuracy(const DatasetSplits& splits, int64_t epochs, Real rate) {
  const int64_t inputs = splits.train.image_bytes();
  LinearClassifier classifier(static_cast<size_t>(inputs));
  const ChannelNormalization normalization = channel_normalization(splits.train);
  DataLoader train(splits.train, {.shuffle = true, .normalization = normalization});
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    train.start_epoch(epoch);
    while (const auto batch = train.next()) {
      const Real* x = batch->images.data();
      for (size_t i = 0; i < batch->labels.size(); ++i, x += inputs) classifier.learn(x, batch->labels[i], rate);
    }
  }

  int64_t right = 0;
  DataLoader test(splits.test, {.normalization = normalization});
  test.start_epoch(0);
  while (const auto batch = test.next()) {
    const Real* x = batch->images.data();
    for (size_t i = 0; i < batch->labels.size(); ++i, x += inputs) {
      const std::array<Real, 10> logits = classifier.logits(x);
      right += std::ranges::max_element(logits) - logits.begin() == batch->labels[i];
    }
  }
  return static_cast<double>(right) / static_cast<double>(splits.test.size());
}

TEST_CASE("Shapes10: classes are equally frequent and every image differs", "[datasets]") {
  const DatasetSplits splits = shapes10(3, 200, 50);
  CHECK_NOTHROW(check_dataset(splits.train));
  CHECK_NOTHROW(check_dataset(splits.test));
  CHECK(splits.train.classes.size() == 10);
  CHECK(std::set<std::string>(splits.train.classes.begin(), splits.train.classes.end()).size() == 10);
  CHECK(splits.train.height == 32);
  CHECK(splits.train.width == 32);
  for (int label = 0; label < 10; ++label) {
    CHECK(std::ranges::count(splits.train.labels, label) == 20);
    CHECK(std::ranges::count(splits.test.labels, label) == 5);
  }
  std::set<std::vector<uint8_t>> images;
  for (const Dataset* split : {&splits.train, &splits.test}) {
    for (int64_t i = 0; i < split->size(); ++i) images.insert({split->image(i), split->image(i + 1)});
  }
  CHECK(images.size() == 250);
}

// [function-of-index]
TEST_CASE("Shapes10: an image is a function of seed, split and index", "[datasets]") {
  const int before = threads();
  set_threads(1);
  const DatasetSplits few = shapes10(5, 40, 20);
  set_threads(3);
  const DatasetSplits many = shapes10(5, 100, 30);
  set_threads(before);

  CHECK(content_hash(first_images(many.train, 40)) == content_hash(few.train));
  CHECK(content_hash(first_images(many.test, 20)) == content_hash(few.test));
  CHECK(content_hash(shapes10(6, 40, 20).train) != content_hash(few.train));
  CHECK(content_hash(first_images(few.train, 20)) != content_hash(few.test));
}
// [/function-of-index]

TEST_CASE("Shapes10: every compiler draws the same images", "[datasets]") {
  const DatasetSplits splits = shapes10(1, 1000, 100);
  CHECK(splits.test.name == "Shapes10 v2 (drawn, seed 1)");  // whoever changes the images changes the version
  CHECK(content_hash(splits.train) == "ddc08e1cc5896bb4");
  CHECK(content_hash(splits.test) == "88d34d865fe5d71f");
}

TEST_CASE("Shapes10: a linear classifier learns something, and gets less than 60 % right", "[datasets][.long]") {
  const double accuracy = linear_accuracy(shapes10(1, 3000, 1000), 2, static_cast<Real>(1e-4));
  INFO("accuracy " << accuracy);
  CHECK(accuracy > 0.20);
  CHECK(accuracy < 0.60);
}

TEST_CASE("Shapes10: counts below 1 are an error", "[datasets]") {
  CHECK_THROWS_WITH(shapes10(1, 0, 5), ContainsSubstring("got 0 training and 5 test images"));
  CHECK_THROWS_WITH(shapes10(1, 5, -1), ContainsSubstring("choose at least 1"));
}

}  // namespace
}  // namespace onefold
