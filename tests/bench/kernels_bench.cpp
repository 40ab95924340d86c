// Times single kernels on the shapes of a RepVGG mini at batch 128, with Google Benchmark's statistics: repetitions,
// median and deviation by --benchmark_repetitions=9. Threads by OMP_NUM_THREADS.
#include <benchmark/benchmark.h>

#include "core/conv2d.h"
#include "core/gemm.h"
#include "core/norm_sum.h"
#include "core/random.h"

namespace {

using namespace onefold;

constexpr int64_t kBatch = 128;

/// Side and channels of the maps in stages 0, 2, 3 and 4.
struct Map {
  int64_t side, channels;
};
constexpr Map kMaps[] = {{32, 32}, {16, 64}, {8, 128}, {4, 512}};

Tensor images(const Map& map, uint64_t stream) {
  return random_normal({kBatch, map.side, map.side, map.channels}, Random(1, stream));
}

void count_multiply_adds(benchmark::State& state, int64_t each) {
  state.counters["GFLOPS"] = benchmark::Counter(2e-9 * static_cast<double>(each) * static_cast<double>(state.iterations()),
                                                benchmark::Counter::kIsRate);
}

void conv3x3(benchmark::State& state) {
  const Map map = kMaps[state.range(0)];
  const Tensor x = images(map, 1), w = random_normal({3, 3, map.channels, map.channels}, Random(1, 2), 0.1);
  Conv2dArgs args = conv2d_args(1, 1);
  args.algorithm = static_cast<ConvAlgorithm>(state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(conv2d(x, w, args).data());
  state.SetLabel(name(args.algorithm));
  count_multiply_adds(state, x.size() * 9 * map.channels);
}
BENCHMARK(conv3x3)
    ->ArgsProduct({{0, 1, 2, 3},
                   {static_cast<int64_t>(ConvAlgorithm::im2col), static_cast<int64_t>(ConvAlgorithm::winograd2),
                    static_cast<int64_t>(ConvAlgorithm::winograd4)}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void conv3x3_weight_gradient(benchmark::State& state) {
  const Map map = kMaps[state.range(0)];
  const Tensor x = images(map, 1), dy = images(map, 2);
  const Shape w({3, 3, map.channels, map.channels});
  for (auto _ : state) benchmark::DoNotOptimize(conv2d_backward_weight(dy, x, w, conv2d_args(1, 1)).data());
  count_multiply_adds(state, x.size() * 9 * map.channels);
}
BENCHMARK(conv3x3_weight_gradient)->DenseRange(0, 3)->Unit(benchmark::kMillisecond)->UseRealTime();

void product(benchmark::State& state) {
  const int64_t n = state.range(0);
  const Tensor a = random_normal({n, n}, Random(1, 1)), b = random_normal({n, n}, Random(1, 2));
  Tensor c({n, n});
  for (auto _ : state) {
    gemm({a.data(), n, n, n}, {b.data(), n, n, n}, c.data(), n);
    benchmark::DoNotOptimize(c.data());
  }
  count_multiply_adds(state, n * n * n);
}
BENCHMARK(product)->Arg(128)->Arg(512)->Arg(1024)->Unit(benchmark::kMillisecond)->UseRealTime();

void three_norms_and_relu(benchmark::State& state) {
  const Map map = kMaps[state.range(0)];
  std::vector<NormBranch> branches;
  for (uint64_t branch = 0; branch < 3; ++branch) {
    const Tensor x = images(map, branch);
    branches.push_back({x, channel_statistics(x), Tensor::full({map.channels}, 1), Tensor::zeros({map.channels})});
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(norm_sum_forward(branches, Activation::relu, Real(1e-5)).data());
  }
  state.SetBytesProcessed(state.iterations() * 4 * branches[0].x.size() * static_cast<int64_t>(sizeof(Real)));
}
BENCHMARK(three_norms_and_relu)->DenseRange(0, 3)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
