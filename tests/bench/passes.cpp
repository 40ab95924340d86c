// What walks over memory and computes next to nothing. A is the bytes of one batch of maps; the factors before it count
// each map that a pass reads or writes.

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/annex/window_pooling.h"
#include "core/ops/elementwise.h"
#include "core/ops/norm_sum.h"
#include "core/ops/pooling.h"
#include "core/ops/softmax.h"
#include "tests/bench/kernels_bench.h"

namespace onefold::bench {

namespace {

double map_bytes(const Map& map) {
  return static_cast<double>(kBatch * map.side * map.side * map.channels) * static_cast<double>(sizeof(Real));
}

constexpr Real kEps = Real(1e-5);

std::vector<NormBranch> three_branches(const Map& map) {
  std::vector<NormBranch> branches;
  for (uint64_t branch = 0; branch < 3; ++branch) {
    const Tensor x = images(map, branch);
    branches.push_back({x, channel_statistics(x), Tensor::full({map.channels}, 1), Tensor::zeros({map.channels})});
  }
  return branches;
}

void add_norms(const Map& map) {
  const double A = map_bytes(map);
  add_timing("channel_statistics/" + text(map), {.bytes = A},
             [map] { return [x = images(map, 1)] { benchmark::DoNotOptimize(channel_statistics(x).mean.data()); }; });
  add_timing("norm_sum/forward/" + text(map), {.bytes = 4 * A}, [map] {
    return [branches = three_branches(map)] {
      benchmark::DoNotOptimize(norm_sum_forward(branches, Activation::relu, kEps).data());
    };
  });
  // One pass for the sums, one for the gradients: each reads dy, y and three inputs, the second writes three.
  add_timing("norm_sum/backward/" + text(map), {.bytes = 13 * A}, [map] {
    const std::vector<NormBranch> branches = three_branches(map);
    const Tensor y = norm_sum_forward(branches, Activation::relu, kEps);
    return [branches, y, dy = images(map, 4)] {
      benchmark::DoNotOptimize(norm_sum_backward(dy, y, branches, {3, GradientInto::new_tensor}, Activation::relu,
                                                 StatisticsOf::batch, kEps)[0]
                                   .dx.data());
    };
  });
}

/// Kernels of one or two maps.
void add_elementwise(const Map& map) {
  const double A = map_bytes(map);
  add_timing("add/" + text(map), {.bytes = 3 * A}, [map] {
    return [a = images(map, 1), b = images(map, 2)] { benchmark::DoNotOptimize(add(a, b).data()); };
  });
  add_timing("relu/forward/" + text(map), {.bytes = 2 * A},
             [map] { return [x = images(map, 1)] { benchmark::DoNotOptimize(relu_forward(x).data()); }; });
  add_timing("relu/backward/" + text(map), {.bytes = 3 * A}, [map] {
    return [x = images(map, 1), dy = images(map, 2)] { benchmark::DoNotOptimize(relu_backward(x, dy).data()); };
  });
  add_timing("sum_rows/" + text(map), {.bytes = A},
             [map] { return [x = images(map, 1)] { benchmark::DoNotOptimize(sum_rows(x).data()); }; });
}

void add_pooling(const Map& map) {
  const double A = map_bytes(map);
  const Map half{map.channels, map.side / 2};
  const double place_bytes = A / 4;  // where each largest element stood
  add_timing("max_pool/forward/" + text(map), {.bytes = A + A / 4 + place_bytes},
             [map] { return [x = images(map, 1)] { benchmark::DoNotOptimize(max_pool2d_forward(x, {}).y.data()); }; });
  add_timing("max_pool/backward/" + text(map), {.bytes = A + A / 4 + place_bytes}, [map, half] {
    const Tensor x = images(map, 1);
    return [place = max_pool2d_forward(x, {}).place, shape = x.shape(), dy = images(half, 2)] {
      benchmark::DoNotOptimize(max_pool2d_backward(dy, place, shape, {}).data());
    };
  });
  add_timing("avg_pool/forward/" + text(map), {.bytes = A + A / 4},
             [map] { return [x = images(map, 1)] { benchmark::DoNotOptimize(avg_pool2d_forward(x, {}).data()); }; });
  add_timing("global_avg_pool/forward/" + text(map), {.bytes = A},
             [map] { return [x = images(map, 1)] { benchmark::DoNotOptimize(global_avg_pool_forward(x).data()); }; });
  add_timing("global_avg_pool/backward/" + text(map), {.bytes = A}, [map] {
    return [shape = images(map, 1).shape(), dy = random_normal({kBatch, map.channels}, Random(1, 2))] {
      benchmark::DoNotOptimize(global_avg_pool_backward(dy, shape).data());
    };
  });
}

/// The head's loss, on as many rows as a whole test set has.
void add_loss() {
  constexpr int64_t kRows = 10000, kClasses = 10;
  const double bytes = static_cast<double>(kRows * kClasses) * static_cast<double>(sizeof(Real));
  add_timing("softmax/10000x10", {.bytes = 2 * bytes}, [] {
    return [x = random_normal({kRows, kClasses}, Random(1, 1))] { benchmark::DoNotOptimize(softmax(x).data()); };
  });
  add_timing("softmax_cross_entropy/10000x10", {.bytes = 2 * bytes}, [] {
    return [x = random_normal({kRows, kClasses}, Random(1, 1)), labels = std::vector<int>(kRows, 3)] {
      benchmark::DoNotOptimize(softmax_cross_entropy_forward(x, labels, 0).loss);
    };
  });
}

/// SGD with Nesterov momentum reads weights, gradients and velocities, and writes weights and velocities.
void add_optimizer_step() {
  constexpr int64_t kWeights = 4 << 20;
  add_timing("sgd_nesterov/4M", {.bytes = 5.0 * static_cast<double>(kWeights) * static_cast<double>(sizeof(Real))}, [] {
    Variable w(random_normal({kWeights}, Random(1, 1)), true);
    sum(multiply(w, w)).backward();
    const auto optimizer = std::make_shared<Sgd>(
        std::vector<ParameterGroup>{{.parameters = {w}, .learning_rate = 1e-6, .weight_decay = 5e-4}},
        SgdOptions{.momentum = 0.9, .nesterov = true});
    return [optimizer] { optimizer->step(); };
  });
}

}  // namespace

void add_passes() {
  for (const Map& map : {Map{32, 32}, Map{64, 32}, Map{64, 16}, Map{128, 8}, Map{512, 4}}) add_norms(map);
  for (const Map& map : {Map{64, 32}, Map{64, 16}}) {
    add_elementwise(map);
    add_pooling(map);
  }
  add_loss();
  add_optimizer_step();
}

}  // namespace onefold::bench
