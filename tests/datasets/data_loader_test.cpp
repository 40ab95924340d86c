#include "datasets/data_loader.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "core/check.h"
#include "core/memory.h"
#include "tests/catch.h"

namespace onefold {
namespace {

/// Images of 4 x 4 pixels. The first byte of image i is i, so an unvaried image tells which it is.
Dataset numbered_dataset(int64_t images) {
  Dataset dataset;
  dataset.name = "numbered";
  dataset.classes = {"a", "b", "c"};
  dataset.height = dataset.width = 4;
  for (int64_t i = 0; i < images; ++i) {
    for (int64_t byte = 0; byte < dataset.image_bytes(); ++byte) {
      dataset.pixels.push_back(static_cast<uint8_t>(i + 5 * byte));
    }
    dataset.labels.push_back(static_cast<int>(i % 3));
  }
  return dataset;
}

std::vector<Batch> rest_of_epoch(DataLoader& loader) {
  std::vector<Batch> batches;
  while (auto batch = loader.next()) batches.push_back(std::move(*batch));
  return batches;
}

/// The numbers of all images, in the order of their coming.
std::vector<int> image_numbers(const std::vector<Batch>& batches) {
  std::vector<int> numbers;
  for (const Batch& batch : batches) {
    const int64_t image = batch.images.size() / batch.images.shape()[0];
    for (int64_t i = 0; i < batch.images.shape()[0]; ++i) {
      numbers.push_back(static_cast<int>(std::lround(255 * static_cast<double>(batch.images[i * image]))));
    }
  }
  return numbers;
}

/// All numbers of all images, and all labels.
std::pair<std::vector<Real>, std::vector<int>> content(const std::vector<Batch>& batches) {
  std::pair<std::vector<Real>, std::vector<int>> result;
  for (const Batch& batch : batches) {
    const std::vector<Real> images = batch.images.to_vector();
    result.first.insert(result.first.end(), images.begin(), images.end());
    result.second.insert(result.second.end(), batch.labels.begin(), batch.labels.end());
  }
  return result;
}

TEST_CASE("shuffled order: a permutation that differs by seed and epoch", "[datasets]") {
  const std::vector<int64_t> order = shuffled_order(100, 1, 2);
  std::vector<int64_t> sorted = order;
  std::ranges::sort(sorted);
  for (int64_t i = 0; i < 100; ++i) CHECK(sorted[static_cast<size_t>(i)] == i);
  CHECK(order == shuffled_order(100, 1, 2));
  CHECK(order != shuffled_order(100, 2, 2));
  CHECK(order != shuffled_order(100, 1, 3));
  CHECK(shuffled_order(1, 1, 1) == std::vector<int64_t>{0});
}

TEST_CASE("shuffled order: each of the 24 orders of four comes equally often", "[datasets]") {
  std::map<std::vector<int64_t>, int> counts;
  for (int64_t epoch = 0; epoch < 4800; ++epoch) ++counts[shuffled_order(4, 7, epoch)];
  CHECK(counts.size() == 24);
  for (const auto& [order, count] : counts) CHECK(std::abs(count - 200) < 70);  // five deviations of a binomial
}

TEST_CASE("data loader: a shuffled epoch shows each image once with its label", "[datasets]") {
  const Dataset dataset = numbered_dataset(50);
  DataLoader loader(dataset, {.batch_size = 8, .shuffle = true, .seed = 3});
  CHECK(loader.batches() == 7);
  std::vector<std::vector<int>> epochs;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    loader.start_epoch(epoch);
    const std::vector<Batch> batches = rest_of_epoch(loader);
    REQUIRE(batches.size() == 7);
    CHECK(batches[0].images.shape() == Shape{8, 4, 4, 3});
    CHECK(batches[6].images.shape() == Shape{2, 4, 4, 3});
    epochs.push_back(image_numbers(batches));
    const std::vector<int> labels = content(batches).second;
    for (size_t i = 0; i < 50; ++i) CHECK(labels[i] == epochs.back()[i] % 3);
    CHECK(std::set<int>(epochs.back().begin(), epochs.back().end()).size() == 50);
  }
  CHECK(epochs[0] != epochs[1]);
  CHECK(epochs[1] != epochs[2]);
}

TEST_CASE("data loader: for evaluation, images come in order, unvaried, each epoch the same", "[datasets]") {
  const Dataset dataset = numbered_dataset(10);
  const ChannelNormalization normalization = channel_normalization(dataset);
  DataLoader loader(dataset, {.batch_size = 4, .normalization = normalization});
  const PixelNormalizer normalizer(normalization);
  std::vector<Real> expected;
  for (size_t i = 0; i < dataset.pixels.size(); ++i) expected.push_back(normalizer(i % 3, dataset.pixels[i]));
  for (const int64_t epoch : {0, 1}) {
    loader.start_epoch(epoch);
    const auto [images, labels] = content(rest_of_epoch(loader));
    CHECK(images == expected);
    CHECK(labels == dataset.labels);
  }
}

TEST_CASE("data loader: an epoch begun at any batch goes on like the uninterrupted one", "[datasets]") {
  const Dataset dataset = numbered_dataset(23);
  const LoaderOptions options = {.batch_size = 4, .shuffle = true, .augment = {.pad = 2, .flip = Flip::kRandom}};
  DataLoader whole(dataset, options);
  whole.start_epoch(5);
  const std::vector<Batch> all = rest_of_epoch(whole);
  REQUIRE(all.size() == 6);
  for (int64_t first = 0; first <= 6; ++first) {
    DataLoader resumed(dataset, options);
    resumed.start_epoch(5, first);
    CHECK(content(rest_of_epoch(resumed)) == content({all.begin() + first, all.end()}));
  }
}

TEST_CASE("data loader: neither batch size nor prefetching changes what an image looks like", "[datasets]") {
  const Dataset dataset = numbered_dataset(23);
  LoaderOptions options = {.batch_size = 5, .shuffle = true, .augment = {.pad = 2, .flip = Flip::kAlternating}};
  DataLoader loader(dataset, options);
  loader.start_epoch(1);
  const auto expected = content(rest_of_epoch(loader));
  options.batch_size = 7;
  options.prefetch = 1;
  DataLoader other(dataset, options);
  other.start_epoch(1);
  CHECK(content(rest_of_epoch(other)) == expected);
}

TEST_CASE("data loader: augmentation varies the images from epoch to epoch", "[datasets]") {
  const Dataset dataset = numbered_dataset(8);
  DataLoader loader(dataset, {.batch_size = 8, .augment = {.pad = 2}});
  loader.start_epoch(0);
  const auto first = content(rest_of_epoch(loader));
  loader.start_epoch(1);
  const auto second = content(rest_of_epoch(loader));
  CHECK(first.second == second.second);
  CHECK(first.first != second.first);
}

TEST_CASE("data loader: drop_last leaves out a batch that is not full", "[datasets]") {
  const Dataset dataset = numbered_dataset(10);
  DataLoader loader(dataset, {.batch_size = 4, .drop_last = true});
  CHECK(loader.batches() == 2);
  loader.start_epoch(0);
  CHECK(rest_of_epoch(loader).size() == 2);
  CHECK(DataLoader(dataset, {.batch_size = 5, .drop_last = true}).batches() == 2);
  CHECK(DataLoader(dataset, {.batch_size = 5}).batches() == 2);
  CHECK_THROWS_WITH(DataLoader(dataset, {.batch_size = 11, .drop_last = true}), ContainsSubstring("smaller batches"));
}

TEST_CASE("data loader: an error of its thread reaches next(), and a new epoch begins afresh", "[datasets]") {
  Dataset dataset = numbered_dataset(10);
  DataLoader loader(dataset, {.batch_size = 2});
  dataset.labels[5] = 3;
  loader.start_epoch(0);
  CHECK(loader.next());
  CHECK(loader.next());
  CHECK_THROWS_WITH(loader.next(), ContainsSubstring("image 5 has label 3") && ContainsSubstring("3 classes"));
  CHECK_FALSE(loader.next());
  dataset.labels[5] = -1;
  loader.start_epoch(0);
  CHECK(loader.next());
  loader.stop();
  dataset.labels[5] = 2;
  loader.start_epoch(0);
  CHECK(rest_of_epoch(loader).size() == 5);
}

TEST_CASE("data loader: stops in any state, without a hang", "[datasets]") {
  const Dataset dataset = numbered_dataset(40);
  for (const int64_t prefetch : {1, 3, 100}) {
    for (int taken = 0; taken <= 21; ++taken) {
      DataLoader loader(dataset, {.batch_size = 2, .prefetch = prefetch});
      loader.start_epoch(0);
      for (int i = 0; i < taken; ++i) loader.next();
      if (taken % 3 == 0) {
        loader.stop();
        CHECK_FALSE(loader.next());
        loader.stop();
      }
      if (taken % 3 == 1) {
        loader.start_epoch(1, 18);
        CHECK(rest_of_epoch(loader).size() == 2);
      }
    }
  }
  DataLoader never_started(dataset, {});
  CHECK_FALSE(never_started.next());
}

TEST_CASE("data loader: prefetches, but no more than it was told", "[datasets]") {
  const Dataset dataset = numbered_dataset(200);
  const size_t batch_bytes = static_cast<size_t>(4 * dataset.image_bytes()) * sizeof(Real);
  const size_t before = memory_usage().live;
  const auto batches_live = [&] { return (memory_usage().live - before) / batch_bytes; };

  // Two that wait and the one in the thread's hand; give it a while to get there.
  DataLoader loader(dataset, {.batch_size = 4, .prefetch = 2});
  loader.start_epoch(0);
  size_t most = 0;
  for (int i = 0; i < 20000 && most < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    most = std::max(most, batches_live());
  }
  CHECK(most == 3);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(batches_live() == 3);
  loader.stop();
  CHECK(memory_usage().live == before);
}

TEST_CASE("data loader: ranks get all batches between them, each its own", "[datasets]") {
  const Dataset dataset = numbered_dataset(50);
  const auto from = [&](int64_t first, int64_t every, int64_t first_batch) {
    DataLoader loader(dataset, {.batch_size = 4, .shuffle = true, .first = first, .every = every});
    loader.start_epoch(2, first_batch);
    return rest_of_epoch(loader);
  };
  const std::vector<Batch> all = from(0, 1, 3);  // 10 of 13
  for (int64_t rank = 0; rank < 3; ++rank) {
    std::vector<Batch> expected;
    for (size_t i = static_cast<size_t>(rank); i < all.size(); i += 3) expected.push_back(all[i]);
    CHECK(content(from(rank, 3, 3)) == content(expected));
  }
}

TEST_CASE("data loader: counts the time that next() waits", "[datasets]") {
  const Dataset dataset = numbered_dataset(200);
  DataLoader loader(dataset, {.batch_size = 200});
  CHECK(loader.seconds_waited() == 0);
  const auto start = std::chrono::steady_clock::now();
  loader.start_epoch(0);
  CHECK(loader.next());  // not ready at once
  const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(loader.seconds_waited() > 0);
  CHECK(loader.seconds_waited() <= passed);
}

TEST_CASE("data loader: bad options are errors that say what to choose", "[datasets]") {
  const Dataset dataset = numbered_dataset(10);
  CHECK_THROWS_WITH(DataLoader(dataset, {.batch_size = 0}), ContainsSubstring("batch size 0 must be at least 1"));
  CHECK_THROWS_WITH(DataLoader(dataset, {.prefetch = 0}), ContainsSubstring("choose at least 1"));
  CHECK_THROWS_WITH(DataLoader(dataset, {.augment = {.pad = 4}}), ContainsSubstring("allow 0 to 3"));
  CHECK_THROWS_WITH(DataLoader(numbered_dataset(0), {}), ContainsSubstring("no images"));
  CHECK_THROWS_WITH(DataLoader(dataset, {.first = -1}), ContainsSubstring("choose at least 0 and 1"));
  CHECK_THROWS_WITH(DataLoader(dataset, {.every = 0}), ContainsSubstring("batch 0 and every 0th after it"));
  DataLoader loader(dataset, {.batch_size = 4});
  CHECK_THROWS_WITH(loader.start_epoch(0, 4), ContainsSubstring("has 3 batches, it cannot start at batch 4"));
  CHECK_THROWS_WITH(loader.start_epoch(0, -1), ContainsSubstring("cannot start at batch -1"));
  CHECK_THROWS_WITH(loader.start_epoch(-1), ContainsSubstring("epoch -1"));
}

}  // namespace
}  // namespace onefold
