#include "datasets/dataset.h"

#include <cmath>
#include <set>

#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

namespace onefold {
namespace {

Dataset random_dataset(int64_t images) {
  Dataset dataset;
  dataset.name = "random";
  dataset.classes = {"odd", "even"};
  dataset.height = 3;
  dataset.width = 5;
  const Random random(1, 2);
  for (int64_t i = 0; i < images * dataset.image_bytes(); ++i) {
    dataset.pixels.push_back(static_cast<uint8_t>(random.below(static_cast<uint64_t>(i), 40 + 100 * (i % 3))));
  }
  for (int64_t i = 0; i < images; ++i) dataset.labels.push_back(static_cast<int>(i % 2));
  return dataset;
}

TEST_CASE("channel normalization: equal to means and deviations in two passes", "[datasets]") {
  const Dataset dataset = random_dataset(700);
  const ChannelNormalization normalization = channel_normalization(dataset);
  const double count = static_cast<double>(dataset.pixels.size()) / 3;
  for (size_t c = 0; c < 3; ++c) {
    double mean = 0, variance = 0;
    for (size_t i = c; i < dataset.pixels.size(); i += 3) mean += dataset.pixels[i] / 255.0 / count;
    for (size_t i = c; i < dataset.pixels.size(); i += 3) {
      variance += (dataset.pixels[i] / 255.0 - mean) * (dataset.pixels[i] / 255.0 - mean) / count;
    }
    CHECK(normalization.mean[c] == Approx(mean).epsilon(1e-12));
    CHECK(normalization.deviation[c] == Approx(std::sqrt(variance)).epsilon(1e-10));
  }
}

TEST_CASE("channel normalization: the same bits for any number of threads", "[datasets]") {
  const Dataset dataset = random_dataset(1500);
  const int before = threads();
  set_threads(1);
  const ChannelNormalization one = channel_normalization(dataset);
  set_threads(3);
  const ChannelNormalization three = channel_normalization(dataset);
  set_threads(before);
  CHECK(one.mean == three.mean);
  CHECK(one.deviation == three.deviation);
}

TEST_CASE("channel normalization: a channel that never varies has deviation 1", "[datasets]") {
  Dataset dataset = random_dataset(4);
  for (size_t i = 1; i < dataset.pixels.size(); i += 3) dataset.pixels[i] = 51;
  const ChannelNormalization normalization = channel_normalization(dataset);
  CHECK(normalization.mean[1] == Approx(0.2).epsilon(1e-12));
  CHECK(normalization.deviation[1] == 1);
  CHECK(normalization.deviation[0] < 0.5);
}

TEST_CASE("first images: the beginning of the dataset, or all of it", "[datasets]") {
  const Dataset dataset = random_dataset(9);
  const Dataset first = first_images(dataset, 4);
  CHECK(first.size() == 4);
  CHECK(first.labels == std::vector<int>{0, 1, 0, 1});
  CHECK(first.pixels == std::vector<uint8_t>(dataset.image(0), dataset.image(4)));
  CHECK(first.classes == dataset.classes);
  CHECK_NOTHROW(check_dataset(first));
  CHECK(content_hash(first_images(dataset, 100)) == content_hash(dataset));
  CHECK_THROWS_WITH(first_images(dataset, 0), ContainsSubstring("choose at least 1"));
}

TEST_CASE("content hash: FNV-1a over extents, labels and pixels", "[datasets]") {
  Dataset dataset;
  dataset.height = 1;
  dataset.width = 1;
  dataset.labels = {7};
  dataset.pixels = {1, 2, 255};
  CHECK(content_hash(dataset) == "9a6750eea8373714");
}

TEST_CASE("content hash: any other label, pixel or extent gives another hash", "[datasets]") {
  const Dataset dataset = random_dataset(2);
  std::set<std::string> hashes = {content_hash(dataset)};
  for (size_t i = 0; i < dataset.pixels.size(); ++i) {
    Dataset other = dataset;
    other.pixels[i] ^= 1;
    hashes.insert(content_hash(other));
  }
  Dataset other_label = dataset;
  other_label.labels[1] = 0;
  hashes.insert(content_hash(other_label));
  Dataset transposed = dataset;
  std::swap(transposed.height, transposed.width);
  hashes.insert(content_hash(transposed));
  CHECK(hashes.size() == dataset.pixels.size() + 3);
}

TEST_CASE("check dataset: says what is inconsistent", "[datasets]") {
  const Dataset good = random_dataset(2);
  CHECK_NOTHROW(check_dataset(good));

  Dataset empty = good;
  empty.labels.clear();
  CHECK_THROWS_WITH(check_dataset(empty), ContainsSubstring("there are no images"));
  Dataset grey = good;
  grey.channels = 1;
  CHECK_THROWS_WITH(check_dataset(grey), ContainsSubstring("1 channels, expected 3"));
  Dataset flat = good;
  flat.height = 0;
  CHECK_THROWS_WITH(check_dataset(flat), ContainsSubstring("0 x 5 pixels"));
  Dataset short_of_a_byte = good;
  short_of_a_byte.pixels.pop_back();
  CHECK_THROWS_WITH(check_dataset(short_of_a_byte),
                    ContainsSubstring("89 bytes of pixels") && ContainsSubstring("need 90"));
  CHECK_THROWS_AS(channel_normalization(short_of_a_byte), Error);
}

}  // namespace
}  // namespace onefold
