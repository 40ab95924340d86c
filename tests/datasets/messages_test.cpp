#include "core/check.h"
#include "datasets/cifar10.h"
#include "datasets/data_loader.h"
#include "datasets/image_folder.h"
#include "datasets/shapes10.h"
#include "datasets/stb_image.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

// Each misuse with the whole text that its learner reads: who speaks, what was got, what was needed, what to do.

namespace onefold {
namespace {

Dataset two_images() {
  return {.name = "two",
          .classes = {"a", "b"},
          .height = 4,
          .width = 4,
          .pixels = std::vector<uint8_t>(2 * 4 * 4 * 3),
          .labels = {0, 1}};
}

}  // namespace

TEST_CASE("messages: datasets", "[datasets]") {
  Dataset dataset = two_images();
  CHECK_THROWS_WITH(first_images(dataset, 0), "first images: got a count of 0, choose at least 1");
  CHECK_THROWS_WITH(shapes10(1, 0, 10), "Shapes10: got 0 training and 10 test images, choose at least 1 of each");
  CHECK_THROWS_WITH(check_augmentation({.pad = 4}, dataset),
                    "augmentation: padding by 4 pixels, images of 4 x 4 allow 0 to 3: choose a smaller "
                    "shift (train_cifar10 --shift 3)");
  CHECK_THROWS_WITH(test_views(3), "test_views: 3 views; expected 1, 2 or 6");
  CHECK_THROWS_WITH(PixelNormalizer({.deviation = {1, 0, 1}}),
                    "normalization: channel 1 has std 0, it must be positive: take it from "
                    "channel_normalization(training split)");
  dataset.pixels.pop_back();
  CHECK_THROWS_WITH(check_dataset(dataset), "dataset two: 95 bytes of pixels, 2 labels at 48 bytes per image need 96");
  dataset.channels = 1;
  CHECK_THROWS_WITH(check_dataset(dataset), "dataset two: images have 1 channels, expected 3: convert them to RGB");
  dataset.labels.clear();
  CHECK_THROWS_WITH(check_dataset(dataset), "dataset two: there are no images; add at least one");
}

TEST_CASE("messages: data loaders", "[datasets]") {
  Dataset dataset = two_images();
  CHECK_THROWS_WITH(DataLoader(dataset, {.batch_size = 0}), "data loader: batch size 0 must be at least 1");
  CHECK_THROWS_WITH(DataLoader(dataset, {.prefetch = 0}), "data loader: prefetching 0 batches, choose at least 1");
  CHECK_THROWS_WITH(DataLoader(dataset, {.batch_size = 3, .drop_last = true}),
                    "data loader: 2 images do not fill one batch of 3 and drop_last omits it: choose smaller "
                    "batches");
  DataLoader loader(dataset, {.batch_size = 2});
  CHECK_THROWS_WITH(loader.start_epoch(-1), "data loader: epoch -1 must be at least 0");
  CHECK_THROWS_WITH(loader.start_epoch(0, 2),
                    "data loader: an epoch has 1 batches, it cannot start at batch 2: choose 0 to 1");
  dataset.labels[1] = 2;
  loader.start_epoch(0);
  CHECK_THROWS_WITH(loader.next(), "dataset two: image 1 has label 2, there are 2 classes: labels count from 0");
}

TEST_CASE("messages: files of images", "[datasets]") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  CHECK_THROWS_WITH(load_cifar10(path),
                    "CIFAR-10: neither " + path +
                        " nor cifar-10-batches-bin below it has data_batch_1.bin: run "
                        "datasets/download_cifar10.sh to fetch it, or name the folder with --data-dir");
  write_bytes(folder / "data_batch_1.bin", "too short");
  CHECK_THROWS_WITH(load_cifar10(path), path +
                                            "/batches.meta.txt: is missing: run datasets/download_cifar10.sh, and name "
                                            "with --data-dir the folder that it fills instead of " +
                                            path);
  std::filesystem::create_directory(folder / "cifar-10-batches-bin");
  std::filesystem::rename(folder / "data_batch_1.bin", folder / "cifar-10-batches-bin/data_batch_1.bin");
  CHECK_THROWS_WITH(load_cifar10(path), path +
                                            "/cifar-10-batches-bin/batches.meta.txt: is missing: run "
                                            "datasets/download_cifar10.sh " +
                                            path);
  std::filesystem::remove_all(folder / "cifar-10-batches-bin");
  write_bytes(folder / "data_batch_1.bin", "too short");
  CHECK_THROWS_WITH(decode_image("x.png", {1, 2, 3}),
                    "x.png: not a PNG or JPEG image (Image not of any known type, or corrupt): convert it to PNG or "
                    "JPEG, or remove it");
  CHECK_THROWS_WITH(load_image_folder(path),
                    path +
                        "/train: is missing: a folder of images needs train/CLASS/*.png (or .jpg) and "
                        "test/CLASS/*.png");
  std::filesystem::create_directories(folder / "train/a");
  std::filesystem::create_directories(folder / "test/a");
  CHECK_THROWS_WITH(load_image_folder(path),
                    path + "/train: has one class folder, a, expected at least 2: add the images of another class");
  std::filesystem::create_directories(folder / "train/b");
  CHECK_THROWS_WITH(load_image_folder(path),
                    path + "/test: has no folder b, but " + path + "/train has: both need the same classes");
}

}  // namespace onefold
