#include "examples/folding/form_times.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "core/check.h"
#include "core/random.h"

namespace onefold {

namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double seconds_of(const std::function<void()>& pass) {
  const auto start = std::chrono::steady_clock::now();
  pass();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

FormTimes time_in_turns(int64_t batch, double seconds, const std::function<void()>& trained,
                        const std::function<void()>& folded) {
  constexpr int kWarmUp = 2, kFewest = 5;
  for (int i = 0; i < kWarmUp; ++i) {
    trained();
    folded();
  }
  std::vector<double> before, after;
  for (double spent = 0; spent < seconds || before.size() < kFewest; spent += before.back() + after.back()) {
    before.push_back(seconds_of(trained));
    after.push_back(seconds_of(folded));
  }
  return {.batch = batch, .before = median(before), .after = median(after)};
}

/// Rows `begin` to `end` of `tensor` repeated endlessly.
Tensor cyclic_rows(const Tensor& tensor, int64_t begin, int64_t end) {
  const Shape& shape = tensor.shape();
  const int64_t row = tensor.size() / shape[0];
  Tensor rows({end - begin, shape[1], shape[2], shape[3]});
  for (int64_t i = begin; i < end; ++i) {
    std::copy_n(tensor.data() + i % shape[0] * row, row, rows.data() + (i - begin) * row);
  }
  return rows;
}

}  // namespace

FormTimes time_forms(Module& trained, Module& folded, int64_t batch, double seconds) {
  const NoGrad no_grad;
  const Variable images(random_normal({batch, 32, 32, 3}, Random(0, 0)));
  return time_in_turns(
      batch, seconds, [&] { trained(images); }, [&] { folded(images); });
}

std::vector<FormTimes> time_blocks(Vgg& trained, const Tensor& images, int64_t batch, double seconds) {
  check(images.shape().rank() == 4 && batch >= 1, "time_blocks: got a batch of ", batch, " images of ", images.shape(),
        ", expected at least one of [N, H, W, C]");
  const NoGrad no_grad;
  const std::vector<Module*> blocks = trained.blocks();
  std::vector<std::vector<Variable>> slices(blocks.size());  // of each block's input
  for (int64_t begin = 0; begin < batch; begin += Vgg::kSlice) {
    const int64_t end = std::min(begin + Vgg::kSlice, batch);
    const std::vector<Variable> inputs = trained.block_inputs(Variable(cyclic_rows(images, begin, end)));
    for (size_t b = 0; b < blocks.size(); ++b) slices[b].push_back(inputs[b]);
  }
  std::vector<FormTimes> times;
  for (size_t b = 0; b < blocks.size(); ++b) {
    const std::unique_ptr<Module> folded = blocks[b]->fold();
    const auto pass = [&slices = slices[b]](Module& form) {
      for (const Variable& x : slices) form(x);
    };
    times.push_back(time_in_turns(
        batch, seconds / static_cast<double>(blocks.size()), [&] { pass(*blocks[b]); }, [&] { pass(*folded); }));
  }
  return times;
}

}  // namespace onefold
