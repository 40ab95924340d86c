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

/// Epochs' batches of a dataset. As it stands: for evaluation, in order and unvaried.
struct LoaderOptions {
  int64_t batch_size = 128;
  bool shuffle = false;
  Augmentation augment = {};
  ChannelNormalization normalization = {};  // of the training split, for the test split too
  uint64_t seed = 0;
  bool drop_last = false;  // leave out a last batch that is not full
  int64_t prefetch = 3;    // finished batches that wait, at most
};

/// The order of `count` images in an epoch: a permutation by Fisher and Yates from (seed, epoch).
std::vector<int64_t> shuffled_order(int64_t count, uint64_t seed, int64_t epoch);

/// Makes the batches of an epoch on a thread of its own while the caller computes.
///
///     DataLoader loader(splits.train, {.batch_size = 128, .shuffle = true, .normalization = normalization});
///     loader.start_epoch(0);
///     while (auto batch = loader.next()) { ... }
///
/// A batch depends on (dataset, options, epoch, its place in the epoch) only, so an epoch that starts at batch b shows
/// what the uninterrupted epoch shows from there on. The thread leaves parallel loops, and so
/// the other cores, to the caller. Use it from one thread at a time; destroy it whenever you like.
class DataLoader {
 public:
  /// The dataset must outlive the loader. Throws Error for an empty or inconsistent dataset, a batch size or prefetch
  /// below 1, a padding as large as the images, a deviation that is not positive, and where drop_last leaves no batch.
  DataLoader(const Dataset& dataset, const LoaderOptions& options);
  ~DataLoader();
  DataLoader(const DataLoader&) = delete;
  DataLoader& operator=(const DataLoader&) = delete;

  /// The number of batches of a whole epoch.
  int64_t batches() const;

  /// Begins an epoch at one of its batches, abandoning any epoch under way. An epoch that starts at batches() has none
  /// left; beyond that throws Error.
  void start_epoch(int64_t epoch, int64_t first_batch = 0);

  /// The next batch, or nothing at the end of the epoch and where none was started. Throws what the thread threw, such
  /// as the Error for a label that is no class.
  std::optional<Batch> next();

  /// Abandons the epoch under way; next() then gives nothing.
  void stop();

  /// How long next() has waited for batches in all: near zero, unless the loader is what training waits for.
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

/// All images of a dataset, in order and normalised, as one batch [N, H, W, C]: for a few of them. Throws Error for
/// none.
Tensor all_images(const Dataset& dataset, const ChannelNormalization& normalization);

}  // namespace onefold
