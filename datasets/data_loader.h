#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/tensor.h"
#include "datasets/augment.h"
#include "datasets/dataset.h"

namespace onefold {

/// Normalised images [N, H, W, C] and their labels [N].
struct Batch {
  Tensor images;
  std::vector<int> labels;
};

/// The options of a DataLoader. The defaults are for evaluation: in order and without augmentation.
struct LoaderOptions {
  int64_t batch_size = 128;
  bool shuffle = false;
  Augmentation augment = {};
  ChannelNormalization normalization = {};  // of the training split, also for the test split
  uint64_t seed = 0;
  bool drop_last = false;        // omit an incomplete last batch
  int64_t prefetch = 3;          // maximum number of finished batches that wait
  int64_t first = 0, every = 1;  // what is given of the batches: the first, then each that is so many later
};

/// The order of `count` images in an epoch: a Fisher-Yates shuffle from (seed, epoch).
std::vector<int64_t> shuffled_order(int64_t count, uint64_t seed, int64_t epoch);

/// Prepares the batches of an epoch on its own thread while the caller computes.
///
///     DataLoader loader(splits.train, {.batch_size = 128, .shuffle = true, .normalization = normalization});
///     loader.start_epoch(0);
///     while (auto batch = loader.next()) { ... }
///
/// A batch depends only on the dataset, the options, the epoch and its index in the epoch, so an epoch that starts at
/// batch b gives the same batches from there on as an uninterrupted one. The thread runs no parallel loops; it leaves
/// the other cores to the caller. Use a loader from one thread at a time. It may be destroyed at any time.
class DataLoader {
 public:
  /// The dataset must outlive the loader. Throws Error if the dataset is empty or inconsistent, batch size or prefetch
  /// is below 1, the padding is as large as the images, a std is not positive, or drop_last leaves no batch.
  DataLoader(const Dataset& dataset, const LoaderOptions& options);
  ~DataLoader();
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  /// The number of batches per epoch.
  int64_t batches() const;

  /// Starts an epoch at batch `first_batch` and abandons any epoch in progress. An epoch started at batches() is empty.
  /// Throws Error if first_batch is larger.
  void start_epoch(int64_t epoch, int64_t first_batch = 0);

  /// The next batch, or nothing at the end of the epoch or if none was started. Rethrows what the thread threw, such as
  /// the Error for a label that is not a class.
  std::optional<Batch> next();

  /// Abandons the epoch in progress; next() then returns nothing.
  void stop();

  /// The total time that next() has waited for batches: near zero unless loading is the bottleneck of training.
  double seconds_waited() const { return seconds_waited_; }

 private:
  void run(int64_t epoch, int64_t first_batch);
  Batch make_batch(const std::vector<int64_t>& order, int64_t epoch, int64_t batch) const;

  const Dataset& dataset_;
  LoaderOptions options_;
  PixelNormalizer normalizer_;
  double seconds_waited_ = 0;

  std::thread thread_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr error_;
  bool done_ = true;
  bool stopping_ = false;
};

/// All images of a dataset, in order and normalised, as one batch [N, H, W, C]. For small datasets. Throws Error if
/// there are no images.
Tensor all_images(const Dataset& dataset, const ChannelNormalization& normalization);

}  // namespace onefold
