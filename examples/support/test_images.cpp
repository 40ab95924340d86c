#include "examples/support/test_images.h"

#include <utility>

#include "core/check.h"

namespace onefold {

DatasetSplits load_splits(const DataOptions& options, const ModelCard& card) {
  DataSource source = load_data(options, card.dataset);
  check(source.splits.test.classes == card.classes, "the network was trained on the classes of \"", card.dataset,
        "\", but the test images found are ", source.splits.test.name,
        " with others; name the folder of its data with --data-dir, or choose with --dataset");
  return std::move(source.splits);
}

Dataset load_test_images(DataOptions options, const ModelCard& card) {
  options.limit_train = 1;  // training images are not looked at
  return load_splits(options, card).test;
}

}  // namespace onefold
