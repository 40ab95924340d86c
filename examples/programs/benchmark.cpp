// Times a network on random images: one line of JSON per mode.
//
// Run     build/examples/benchmark --net mini --batch 128 --mode train,infer,fold --threads 2 --steps 12
//         build/examples/benchmark --net mini --reparam dbb --mode train
// Time    a few seconds
// Expect  lines with the same keys as the benchmarks of other frameworks on the same network print, to be compared
//
// train   forward, backward and a step of SGD with Nesterov momentum, on the network with branches
// infer   the same network in evaluation mode
// fold    what it folds to: of a RepVGG plain 3x3 convolutions
//
// Images per second are the median and the best over the steps that follow two warm-up steps. effective_gflops counts
// the multiply-adds of the folded network's convolutions, times 2, times 3 in training, whatever is computed.
// peak_tensor_bytes is the peak memory of tensors in this mode, peak_resident_bytes that of the process so far, and
// idle_resident_bytes what the process held before the first mode.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "examples/cli/machine.h"
#include "examples/cli/options.h"
#include "examples/cli/precision.h"
#include "examples/cli/program.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"
#include "examples/training/trainer.h"
#include "layers/families/weights/rep_optimizer.h"
#include "layers/inspect/count.h"

using namespace onefold;

namespace {

constexpr int64_t kSide = 32;
constexpr int64_t kClasses = 10;
constexpr int kWarmUpSteps = 2;

struct Options {
  std::string net = "mini";
  std::string reparam = "repvgg";
  int64_t batch = 128;
  std::vector<std::string> modes = {"train", "infer", "fold"};
  int64_t steps = 12;
  std::string precision = "float";
};

void add_options(CommandLine& line, Options& options) {
  add_network_option(line, options.net);
  add_reparam_option(line, options.reparam);
  line.add_option("--batch,--batch-size", &options.batch, "images per step")
      .rule(whole_number(1, 1 << 20))
      .value_name("N");
  line.add_option("--mode", &options.modes, "any of train, infer, fold, separated by commas")
      .separated_by(',')
      .keep_all()
      .rule(one_of({"train", "infer", "fold"}));
  line.add_option("--steps", &options.steps, "number of timed steps, after two warm-up steps")
      .rule(whole_number(1, 1000000))
      .value_name("N");
  add_precision_option(line, options.precision);
  add_threads_option(line);
}

/// Multiply-adds per image in the convolutions of the folded network: all but those of linear layers.
double multiply_adds(const Options& options) {
  const auto folded = make_folded_network(options.net, options.reparam, kClasses);
  int64_t counted = count(*folded, {1, kSide, kSide, 3}).multiply_adds;
  for (const NamedModule& each : named_modules(*folded)) {
    const auto* const linear = dynamic_cast<const Linear*>(each.module);
    if (linear != nullptr) counted -= linear->weight().value().size();
  }
  return static_cast<double>(counted);
}

/// The seconds of each step.
std::vector<double> time_steps(int64_t steps, const std::function<void()>& step) {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < kWarmUpSteps; ++i) step();
  std::vector<double> seconds;
  for (int64_t i = 0; i < steps; ++i) {
    const auto start = Clock::now();
    step();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return seconds;
}

std::vector<double> time_training(Module& network, const Tensor& images, const std::vector<int>& labels,
                                  int64_t steps) {
  Sgd optimizer(decay_groups(network, /*learning_rate=*/0.1, /*weight_decay=*/5e-4),
                {.momentum = 0.9, .nesterov = true});
  set_branch_scales(network, optimizer);
  network.train();
  return time_steps(steps, [&] {
    optimizer.clear_grads();
    softmax_cross_entropy(network(Variable(images)), labels).backward();
    optimizer.step();
  });
}

std::vector<double> time_inference(Module& network, const Tensor& images, int64_t steps) {
  network.eval();
  const NoGrad no_grad;
  return time_steps(steps, [&] { network(Variable(images)); });
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double to_one_decimal(double value) { return std::round(10 * value) / 10; }

void measure(const std::string& mode, const Options& options, int64_t idle_bytes) {
  const Shape shape{options.batch, kSide, kSide, 3};
  Initializer initializer(0);
  const std::unique_ptr<Module> made = make_network(options.net, options.reparam, kClasses, initializer);
  Module& network = *made;
  mode == "train" ? check_training_fits(network, shape) : check_inference_fits(network, shape);
  const Tensor images = random_normal(shape, Random(0, 0));
  std::vector<int> labels(static_cast<size_t>(options.batch));
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(Random(0, 1).below(i, kClasses));

  const ProductsIn products(to_precision(options.precision));
  reset_peak_memory();
  std::vector<double> seconds;
  if (mode == "train") {
    seconds = time_training(network, images, labels, options.steps);
  } else if (mode == "infer") {
    seconds = time_inference(network, images, options.steps);
  } else {
    network.eval();
    seconds = time_inference(*network.fold(), images, options.steps);
  }

  const auto batch = static_cast<double>(options.batch);
  const double typical = median(seconds), best = *std::min_element(seconds.begin(), seconds.end());
  const double passes = mode == "train" ? 3 : 1;
  const nlohmann::ordered_json line = {
      {"peer", "onefold"},
      {"net", options.net},
      {"reparam", options.reparam},
      {"mode", mode},
      {"batch", options.batch},
      {"threads", threads()},
      {"layout", "channels_last"},
      {"compile", false},
      {"bf16", options.precision == "bf16"},
      {"images_per_s", to_one_decimal(batch / typical)},
      {"best_images_per_s", to_one_decimal(batch / best)},
      {"effective_gflops", to_one_decimal(2 * passes * multiply_adds(options) * batch / typical / 1e9)},
      {"peak_tensor_bytes", memory_usage().peak},
      {"peak_resident_bytes", peak_resident_bytes()},
      {"idle_resident_bytes", idle_bytes}};
  std::cout << line.dump() << std::endl;
}

int run_benchmark(const Options& options) {
  const int64_t idle_bytes = peak_resident_bytes();
  for (const std::string& mode : options.modes) measure(mode, options, idle_bytes);
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Times a network on random images: one line of JSON per mode.", "--net mini --mode train,fold",
       "docs/measured-against-others.md"},
      [&](CommandLine& line) { add_options(line, options); },
      [&](const CommandLine& line) {
        settle_reparam(line, options.net, options.reparam);
        return run_benchmark(options);
      });
}
