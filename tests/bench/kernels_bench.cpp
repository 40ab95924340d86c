// Times single kernels at batch 128, with Google Benchmark: effective GFLOP/s and their fraction of the measured peak
// for what multiplies, GB/s for what moves memory.
//
// Run     build/tests/bench/kernels_bench --benchmark_filter='conv3x3/' --benchmark_repetitions=5
// Time    about two minutes for all at --benchmark_min_time=0.1; --benchmark_list_tests names them. Threads by
//         OMP_NUM_THREADS. With another program running beside it, times are of no use.

#include "tests/bench/kernels_bench.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/memory.h"
#include "core/parallel.h"
#include "examples/cli/format.h"
#include "examples/cli/machine.h"
#include "examples/cli/peak.h"
#include "examples/cli/program.h"
#include "onefold/version.h"

namespace onefold::bench {

namespace {

double peak_gflops = 0;  // measured by main() before any timing

/// The kernel with its operands, which stay until another timing has its turn: Google Benchmark calls a timing several
/// times over.
const std::function<void()>& prepared(const std::string& name, const std::function<std::function<void()>()>& prepare) {
  static std::string prepared_name;
  static std::function<void()> kernel;
  if (prepared_name != name) {
    kernel = nullptr;
    release_pooled_memory();
    kernel = prepare();
    prepared_name = name;
  }
  return kernel;
}

void run_timing(benchmark::State& state, const Work& work, const std::function<void()>& kernel) {
  using Clock = std::chrono::steady_clock;
  kernel();  // buffers come from the pool from now on
  std::vector<double> seconds;
  for (auto _ : state) {
    const auto start = Clock::now();
    kernel();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    state.SetIterationTime(seconds.back());
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  state.counters["median_ms"] = 1e3 * *middle;
  if (work.multiply_adds > 0) {
    const double gflops = 2e-9 * work.multiply_adds / *middle;
    state.counters["GFLOP/s"] = gflops;
    state.counters["of_peak"] = gflops / peak_gflops;
  }
  if (work.bytes > 0) state.counters["GB/s"] = 1e-9 * work.bytes / *middle;
}

}  // namespace

std::string text(const Map& map) {
  const std::string side = std::to_string(map.side);
  return std::to_string(map.channels) + "@" + side + "x" + side;
}

Tensor images(const Map& map, uint64_t stream) {
  return random_normal({kBatch, map.side, map.side, map.channels}, Random(1, stream));
}

void add_timing(const std::string& name, const Work& work, std::function<std::function<void()>()> prepare) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { run_timing(state, work, prepared(name, prepare)); })
      ->Unit(benchmark::kMillisecond)
      ->UseManualTime();
}

}  // namespace onefold::bench

int main(int argc, char** argv) {
  using namespace onefold;
  return exit_code_of("kernels_bench", [&] {
    bench::add_arithmetic();
    bench::add_passes();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return int{kUsageError};

    bench::peak_gflops = measured_peak_gflops();
    benchmark::AddCustomContext("threads", std::to_string(threads()));
    benchmark::AddCustomContext("simd_bits", std::to_string(simd_bits()));
    benchmark::AddCustomContext("peak_gflops", fixed(bench::peak_gflops, 1));
    benchmark::RunSpecifiedBenchmarks();
    return int{kSuccess};
  });
}
