#include "core/memory.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#include "core/check.h"
#include "core/tensor.h"
#include "tests/allocators.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

size_t rounded_bytes(int64_t count) {
  const size_t bytes = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(Real);
  return (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
}

}  // namespace

TEST_CASE("memory: every buffer begins on a cache line and can be written to its end", "[core]") {
  for (const int64_t count : {0, 1, 7, 16, 17, 1000, 100000}) {
    const auto buffer = allocate_buffer(count);
    CHECK(reinterpret_cast<uintptr_t>(buffer.get()) % kBufferAlignment == 0);
    for (int64_t i = 0; i < count; ++i) buffer[i] = static_cast<Real>(i);
  }
}

TEST_CASE("memory: live bytes follow the owners, peak remembers, the pool reuses", "[core]") {
  constexpr int64_t kCount = 12345;
  release_pooled_memory();
  reset_peak_memory();
  const MemoryUsage before = memory_usage();
  CHECK(before.pooled == 0);
  CHECK(before.peak == before.live);

  auto first = allocate_buffer(kCount);
  const auto second_owner = first;
  const Real* place = first.get();
  CHECK(memory_usage().live == before.live + rounded_bytes(kCount));
  first.reset();
  CHECK(memory_usage().live == before.live + rounded_bytes(kCount));
  CHECK(memory_usage().pooled == 0);

  {
    const auto other = allocate_buffer(100);
    CHECK(memory_usage().peak == before.live + rounded_bytes(kCount) + rounded_bytes(100));
  }
  CHECK(memory_usage().live == before.live + rounded_bytes(kCount));
  CHECK(memory_usage().peak == before.live + rounded_bytes(kCount) + rounded_bytes(100));
  CHECK(memory_usage().pooled == rounded_bytes(100));
  CHECK(second_owner.get() == place);
}

TEST_CASE("memory: a buffer of the same size comes back from the pool", "[core]") {
  release_pooled_memory();
  auto buffer = allocate_buffer(5000);
  const Real* place = buffer.get();
  buffer.reset();
  CHECK(memory_usage().pooled == rounded_bytes(5000));

  // Another size leaves it waiting; the same size takes it.
  const auto other = allocate_buffer(6000);
  CHECK(memory_usage().pooled == rounded_bytes(5000));
  buffer = allocate_buffer(5000);
  CHECK(buffer.get() == place);
  CHECK(memory_usage().pooled == 0);

  buffer.reset();
  release_pooled_memory();
  CHECK(memory_usage().pooled == 0);
}

TEST_CASE("memory: threads may take and give back at the same time", "[core]") {
  const size_t live = memory_usage().live;
  std::vector<std::thread> threads;
  std::vector<int> intact(4, 0);
  for (size_t t = 0; t < intact.size(); ++t) {
    threads.emplace_back([t, &intact] {
      for (int round = 0; round < 200; ++round) {
        const auto buffer = allocate_buffer(64 + round % 3);
        std::fill_n(buffer.get(), 64, static_cast<Real>(t));
        intact[t] += std::count(buffer.get(), buffer.get() + 64, static_cast<Real>(t)) == 64;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(intact == std::vector<int>(4, 200));
  CHECK(memory_usage().live == live);
}

TEST_CASE("memory: what the machine cannot give is an Error, and costs nothing", "[core]") {
  const size_t live = memory_usage().live;
  CHECK_THROWS_WITH(allocate_buffer(int64_t{1} << 58),
                    ContainsSubstring("out of memory") && ContainsSubstring("MiB requested") &&
                        ContainsSubstring("MiB available") && ContainsSubstring("smaller batch"));
  const std::string mebibytes = std::to_string((sizeof(Real) << 20) * 512 * 512 * 4 >> 20);
  CHECK_THROWS_WITH(Tensor({1 << 20, 512, 512, 4}),
                    ContainsSubstring("tensor [1048576 512 512 4]: out of memory: " + mebibytes + " MiB requested") &&
                        ContainsSubstring("use a smaller batch or network"));
  CHECK(memory_usage().live == live);
}

TEST_CASE("memory: an allocation can be made to fail, once", "[core]") {
  const MemoryUsage before = memory_usage();
  const FailingAllocation failing(2);
  const auto first = allocate_buffer(100);
  CHECK_THROWS_WITH(allocate_buffer(100), ContainsSubstring("out of memory"));
  const auto third = allocate_buffer(100);
  CHECK(memory_usage().live == before.live + 2 * rounded_bytes(100));
  CHECK(memory_usage().allocations == before.allocations + 3);

  { const FailingAllocation over(1); }
  CHECK_NOTHROW(allocate_buffer(100));
}

TEST_CASE("memory: under a guard buffers begin as NaN, and a number written outside is noticed", "[core]") {
  const size_t live = memory_usage().live;
  for (const int64_t count : {1, 7, 16, 1000}) {
    for (const int64_t outside : {int64_t{-1}, count}) {
      const BufferGuard guard;
      auto kept = allocate_buffer(count), overrun = allocate_buffer(count);
      CHECK(reinterpret_cast<uintptr_t>(kept.get()) % kBufferAlignment == 0);
      CHECK(std::all_of(kept.get(), kept.get() + count, [](Real value) { return std::isnan(value); }));
      std::fill_n(kept.get(), count, Real(1));
      overrun.get()[outside] = NAN;
      kept.reset();
      CHECK(guard.overrun() == 0);
      overrun.reset();
      CHECK(guard.overrun() == 1);
    }
  }
  CHECK(memory_usage().live == live);
}
