#include "examples/training/data_source.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "datasets/cifar10.h"
#include "datasets/load_dataset.h"
#include "datasets/shapes10.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"

namespace onefold {

namespace {

// Shapes10 is the same for every run: its seed is a constant, not the run's. A laptop trains on that many images in
// about a minute, and each test image counts for 0.05 %.
constexpr uint64_t kShapes10Seed = 10;
constexpr int64_t kShapes10Train = 10000;
constexpr int64_t kShapes10Test = 2000;

/// Whether the user chose the default folder: then no other data replaces what it lacks.
bool usual_folder_was_chosen() {
  const char* variable = std::getenv("ONEFOLD_DATA_DIR");
  return variable != nullptr && *variable != '\0';
}

int64_t smaller_limit(int64_t limit, int64_t count) { return limit > 0 && limit < count ? limit : count; }

}  // namespace

void add_data_options(CommandLine& line, DataOptions& options) {
  line.add_option("--dataset", &options.dataset,
                  "auto: what the data folder holds, else Shapes10; cifar10; shapes10: drawn, needs no files")
      .rule(one_of({"auto", "cifar10", "shapes10"}));
  line.add_option("--data-dir", &options.data_dir, "the data folder (default: ONEFOLD_DATA_DIR, else ~/.cache/onefold)")
      .rule(name_of("a folder"))
      .value_name("DIR");
  line.add_option("--limit-test", &options.limit_test, "use at most N test images (0 = all)")
      .rule(whole_number(0))
      .value_name("N");
}

void add_limit_train_option(CommandLine& line, DataOptions& options) {
  line.add_option("--limit-train", &options.limit_train, "use at most N training images (0 = all)")
      .rule(whole_number(0))
      .value_name("N");
}

std::optional<std::filesystem::path> data_folder(const DataOptions& options, const std::string& trained_on) {
  if (options.dataset == "shapes10" && options.data_dir) {
    throw UsageError("--dataset shapes10 is drawn, so nothing would be read from --data-dir " + *options.data_dir +
                     ": give one of the two");
  }
  if (options.dataset == "shapes10") return {};
  if (options.dataset == "auto" && !options.data_dir && trained_on == "shapes10") return {};
  const std::filesystem::path dir = find_data_dir(options.data_dir);
  const bool must_hold_it = options.dataset == "cifar10" || options.data_dir || usual_folder_was_chosen();
  if (!must_hold_it && !has_dataset(dir)) return {};
  return dir;
}

DataSource load_data(const DataOptions& options, const std::string& trained_on) {
  const std::optional<std::filesystem::path> dir = data_folder(options, trained_on);
  DataSource source;
  if (!dir) {
    source.kind = "shapes10";
    source.splits = shapes10(kShapes10Seed, smaller_limit(options.limit_train, kShapes10Train),
                             smaller_limit(options.limit_test, kShapes10Test));
  } else {
    source.kind = options.dataset == "cifar10" || !find_cifar10(*dir).empty() ? "cifar10" : "images";
    source.splits = source.kind == "cifar10" ? load_cifar10(*dir) : load_dataset(*dir);
  }
  DatasetSplits& splits = source.splits;
  for (const auto& [name, left_out] : {std::pair("train", splits.train.left_out), {"test", splits.test.left_out}}) {
    if (!left_out.empty())
      std::cerr << "note: left out of " << name << ": " << left_out << "; only PNG and JPEG are read\n";
  }
  if (options.limit_train > 0) splits.train = first_images(splits.train, options.limit_train);
  if (options.limit_test > 0) splits.test = first_images(splits.test, options.limit_test);
  source.normalization = channel_normalization(splits.train);
  return source;
}

DatasetSplits load_splits(const DataOptions& options, const ModelCard& card) {
  DataSource source = load_data(options, card.dataset);
  const std::string network = card.dataset.empty() ? "has " + std::to_string(card.classes.size()) + " outputs"
                                                   : "was trained on the classes of \"" + card.dataset + "\"";
  check(has_classes(card, source.splits.test.classes), "the network ", network, ", but the test images found, ",
        source.splits.test.name,
        ", have other classes; name the folder of its data with --data-dir, or choose with --dataset");
  return std::move(source.splits);
}

Dataset load_test_images(DataOptions options, const ModelCard& card) {
  options.limit_train = 1;  // training images are not used
  return load_splits(options, card).test;
}

}  // namespace onefold
