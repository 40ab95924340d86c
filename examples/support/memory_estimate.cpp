#include "examples/support/memory_estimate.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/available_memory.h"
#include "core/check.h"
#include "core/memory.h"
#include "examples/support/format.h"

namespace onefold {

namespace {

/// Bytes that work on n images takes: so much, and so much more for each image.
struct Bytes {
  int64_t fixed = 0, per_image = 0;

  int64_t of(int64_t images) const { return fixed + per_image * images; }
};

using Work = std::function<void(const Tensor& images)>;

/// The most that tensors take while `work` runs on so many images of the shape.
int64_t peak_bytes(const Work& work, const Shape& shape, int64_t count) {
  const Tensor images = Tensor::zeros({count, shape[1], shape[2], shape[3]});
  reset_peak_memory();
  const size_t before = memory_usage().live - static_cast<size_t>(images.size()) * sizeof(Real);
  work(images);
  return static_cast<int64_t>(memory_usage().peak - before);
}

/// From what work on `count` images takes, and on twice as many.
Bytes measure(const Work& work, const Shape& shape, int64_t count) {
  // The first time, convolutions also pack their weights, and keep them: the second time counts.
  const auto settled_peak_bytes = [&](int64_t images) {
    peak_bytes(work, shape, images);
    return peak_bytes(work, shape, images);
  };
  const int64_t few = settled_peak_bytes(count), twice = settled_peak_bytes(2 * count);
  const int64_t per_image = std::max<int64_t>(1, (twice - few) / count);
  return {few - count * per_image, per_image};
}

Bytes measure_inference(Module& network, const Shape& shape) {
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  // More than the slices in which a RepVgg takes its images: from there on the images alone grow.
  constexpr int64_t kSlices = 64;
  return measure([&](const Tensor& images) { network(Variable(images)); }, shape, kSlices);
}

Bytes measure_training(Module& scratch, const Shape& shape) {
  scratch.train();
  // With fewer images what does not grow with them, such as buffers of each thread, hides what does.
  constexpr int64_t kFew = 8;
  return measure(
      [&](const Tensor& images) {
        const Variable logits = scratch(Variable(images));
        softmax_cross_entropy(logits, std::vector<int>(static_cast<size_t>(images.shape()[0]), 0)).backward();
        for (Variable& parameter : parameters(scratch)) parameter.clear_grad();
      },
      shape, kFew);
}

std::string gibibytes(int64_t bytes) { return fixed(static_cast<double>(bytes) / (1 << 30), 1) + " GiB"; }

void check_fits(const char* what, const Bytes& bytes, const Shape& images) {
  // What waits in the pool is given back where another size is asked for.
  const int64_t left = available_memory(), pooled = static_cast<int64_t>(memory_usage().pooled);
  const int64_t available = left > std::numeric_limits<int64_t>::max() - pooled ? left : left + pooled;
  const int64_t most = (available - bytes.fixed) / bytes.per_image;
  const std::string remedy = most >= 1 ? "use a batch of at most " + std::to_string(most) : "use a smaller network";
  check(bytes.of(images[0]) <= available, what, " on images ", images, " takes about ", gibibytes(bytes.of(images[0])),
        " of memory, ", gibibytes(available), " are available: ", remedy);
}

}  // namespace

Shape batch_shape(const Dataset& dataset, int64_t batch_size) {
  return {std::min(batch_size, dataset.size()), dataset.height, dataset.width, dataset.channels};
}

int64_t inference_bytes(Module& network, const Shape& images) {
  return measure_inference(network, images).of(images[0]);
}

int64_t training_bytes(Module& scratch, const Shape& images) {
  return measure_training(scratch, images).of(images[0]);
}

void check_inference_fits(Module& network, const Shape& images) {
  check_fits("inference", measure_inference(network, images), images);
}

void check_training_fits(Module& scratch, const Shape& images) {
  check_fits("a training step", measure_training(scratch, images), images);
}

}  // namespace onefold
