#include "examples/training/memory_estimate.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/check.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/process_limits.h"
#include "examples/cli/format.h"

namespace onefold {

namespace {

/// Bytes needed to work on n images: a fixed part, and a part per image.
struct Bytes {
  int64_t fixed = 0, per_image = 0;

  int64_t of(int64_t images) const { return fixed + per_image * images; }
};

using Work = std::function<void(const Tensor& images)>;

/// Peak memory of tensors while `work` runs on `count` images of the shape.
int64_t peak_bytes(const Work& work, const Shape& shape, int64_t count) {
  const Tensor images = Tensor::zeros({count, shape[1], shape[2], shape[3]});
  if (!grad_enabled()) work(images);  // packs the convolutions' weights, and keeps them
  reset_peak_memory();
  const size_t before = memory_usage().live - static_cast<size_t>(images.size()) * sizeof(Real);
  work(images);
  return static_cast<int64_t>(memory_usage().peak - before);
}

// Measuring takes as long as work on that many images, so a batch that is not larger is simply tried.
constexpr int64_t kFewInference = 2 * Vgg::kSlice, kFewTraining = 16;

/// From the peaks of a few images and of fewer. Close together, so that convolutions choose the same algorithm, with
/// the same buffers, for both.
Bytes measure(const Work& work, const Shape& shape) {
  constexpr int64_t kFewer = 12;
  // What an image adds shows on one thread alone: it is chance how many threads hold their buffers at the peak.
  const int all = threads();
  set_threads(1);
  const int64_t fewer = peak_bytes(work, shape, kFewer), few = peak_bytes(work, shape, kFewTraining);
  set_threads(all);
  const int64_t per_image = std::max<int64_t>(1, (few - fewer) / (kFewTraining - kFewer));
  return {peak_bytes(work, shape, kFewTraining) - kFewTraining * per_image, per_image};
}

Bytes measure_inference(Module& network, const Shape& shape) {
  const EvaluationMode evaluation(network);
  const NoGrad no_grad;
  int64_t numbers = 0;
  const Work forward = [&](const Tensor& images) {
    numbers = images.size() + network(Variable(images)).value().size();
  };
  if (dynamic_cast<const Vgg*>(&network) == nullptr) return measure(forward, shape);
  // Beyond a slice, only the images and the result grow.
  const int64_t few = peak_bytes(forward, shape, kFewInference);
  const int64_t growth = numbers * static_cast<int64_t>(sizeof(Real));
  return {few - growth, growth / kFewInference};
}

Bytes measure_training(Module& scratch, const Shape& shape) {
  scratch.train();
  const Work step = [&](const Tensor& images) {
    const Variable logits = scratch(Variable(images));
    softmax_cross_entropy(logits, std::vector<int>(static_cast<size_t>(images.shape()[0]), 0)).backward();
    for (Variable& parameter : parameters(scratch)) parameter.clear_grad();
  };
  return measure(step, shape);
}

std::string gibibytes(int64_t bytes) { return fixed(static_cast<double>(bytes) / (1 << 30), 1) + " GiB"; }

void check_fits(const char* what, const Bytes& bytes, const Shape& images) {
  // Pooled memory is released when another size is requested.
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

int64_t training_bytes(Module& scratch, const Shape& images) { return measure_training(scratch, images).of(images[0]); }

void check_inference_fits(Module& network, const Shape& images) {
  if (images[0] > kFewInference) check_fits("inference", measure_inference(network, images), images);
}

void check_training_fits(Module& scratch, const Shape& images) {
  if (images[0] > kFewTraining) check_fits("a training step", measure_training(scratch, images), images);
}

}  // namespace onefold
