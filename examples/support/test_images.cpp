#include "examples/support/test_images.h"

#include <utility>

#include "core/check.h"

namespace onefold {

DatasetSplits load_splits(DataOptions options, const ModelCard& card) {
  if (options.dataset == "auto" && card.dataset == "shapes10") options.dataset = "shapes10";
  DataSource source = load_data(options);
  check(source.splits.test.classes == card.classes, "the network was trained on the classes of \"", card.dataset,
        "\", but the test images found are ", source.splits.test.name,
        " with others; name the folder of its data with --data-dir, or choose with --dataset");
  return std::move(source.splits);
}

Dataset load_test_images(DataOptions options, const ModelCard& card) {
  options.limit_train = 1;  // training images are not looked at
  return load_splits(std::move(options), card).test;
}

}  // namespace onefold
