#include "datasets/data_loader.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "core/check.h"
#include "core/random.h"

namespace onefold {

namespace {

constexpr uint64_t kOrderStream = 0x4F52ull << 48;  // "OR": one stream per epoch, distinct from those of augmentation

}  // namespace

std::vector<int64_t> shuffled_order(int64_t count, uint64_t seed, int64_t epoch) {
  const Random random(seed, kOrderStream | static_cast<uint64_t>(epoch));
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);

  // Fisher-Yates: swap the last element with a random one up to itself, then the second last, and so on.
  for (int64_t last = count - 1; last > 0; --last) {
    const int64_t other = random.below(static_cast<uint64_t>(last), last + 1);
    std::swap(order[static_cast<size_t>(last)], order[static_cast<size_t>(other)]);
  }
  return order;
}

DataLoader::DataLoader(const Dataset& dataset, const LoaderOptions& options)
    : dataset_(dataset), options_(options), normalizer_(options.normalization) {
  check_dataset(dataset);
  check_augmentation(options.augment, dataset);
  check(options.batch_size >= 1, "data loader: batch size ", options.batch_size, " must be at least 1");
  check(options.prefetch >= 1, "data loader: prefetching ", options.prefetch, " batches, choose at least 1");
  check(options.first >= 0 && options.every >= 1, "data loader: cannot give batch ", options.first, " and every ",
        options.every, "th after it: choose at least 0 and 1");
  check(batches() >= 1, "data loader: ", dataset.size(), " images do not fill one batch of ", options.batch_size,
        " and drop_last omits it: choose smaller batches");
}

DataLoader::~DataLoader() { stop(); }

int64_t DataLoader::batches() const {
  const int64_t full = dataset_.size() / options_.batch_size;
  const bool remainder = dataset_.size() % options_.batch_size != 0;
  return full + (remainder && !options_.drop_last);
}

void DataLoader::start_epoch(int64_t epoch, int64_t first_batch) {
  check(epoch >= 0, "data loader: epoch ", epoch, " must be at least 0");
  check(first_batch >= 0 && first_batch <= batches(), "data loader: an epoch has ", batches(),
        " batches, it cannot start at batch ", first_batch, ": choose 0 to ", batches());
  stop();
  done_ = false;
  thread_ = std::thread([this, epoch, first_batch] { run(epoch, first_batch); });
}

std::optional<Batch> DataLoader::next() {
  std::unique_lock lock(mutex_);
  const auto start = std::chrono::steady_clock::now();
  changed_.wait(lock, [this] { return !ready_.empty() || done_; });
  seconds_waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (ready_.empty()) {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return std::nullopt;
  }
  Batch batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

void DataLoader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();

  // The thread has ended: no other thread accesses these now.
  stopping_ = false;
  done_ = true;
  ready_.clear();
  error_ = nullptr;
}

void DataLoader::run(int64_t epoch, int64_t first_batch) {
  std::exception_ptr error;
  try {
    std::vector<int64_t> order(static_cast<size_t>(dataset_.size()));
    std::iota(order.begin(), order.end(), 0);
    if (options_.shuffle) order = shuffled_order(dataset_.size(), options_.seed, epoch);
    for (int64_t b = first_batch + options_.first; b < batches(); b += options_.every) {
      Batch batch = make_batch(order, epoch, b);

      // Hand the batch over once there is room.
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || static_cast<int64_t>(ready_.size()) < options_.prefetch; });
      if (stopping_) return;
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);  // gives up ownership: the caller's thread destroys the exception
  done_ = true;
  changed_.notify_all();
}

Batch DataLoader::make_batch(const std::vector<int64_t>& order, int64_t epoch, int64_t batch) const {
  const int64_t begin = batch * options_.batch_size;
  const int64_t end = std::min(begin + options_.batch_size, dataset_.size());
  Batch result;
  result.images = Tensor({end - begin, dataset_.height, dataset_.width, dataset_.channels});
  result.labels.reserve(static_cast<size_t>(end - begin));

  // [make-batch]
  // Serial loops: parallel loops, and with them the other cores, are left to training.
  Real* out = result.images.data();
  for (int64_t i = begin; i < end; ++i, out += dataset_.image_bytes()) {
    const int64_t index = order[static_cast<size_t>(i)];
    const int label = dataset_.labels[static_cast<size_t>(index)];
    check(label >= 0 && label < static_cast<int>(dataset_.classes.size()), "dataset ", dataset_.name, ": image ", index,
          " has label ", label, ", there are ", dataset_.classes.size(), " classes: labels count from 0");
    result.labels.push_back(label);
    const Variation variation = draw_variation(options_.augment, options_.seed, epoch, index);
    write_image(dataset_, index, options_.augment.padding, variation, normalizer_, out);
  }
  // [/make-batch]
  return result;
}

Tensor all_images(const Dataset& dataset, const ChannelNormalization& normalization) {
  DataLoader loader(dataset, {.batch_size = dataset.size(), .normalization = normalization});
  loader.start_epoch(0);
  return loader.next()->images;
}

}  // namespace onefold
