#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

TEST_CASE("parallel_for: ranges of the grain cover every index once, for any number of threads", "[core]") {
  for (const int count_of_threads : {1, 2, 3}) {
    const ThreadCount thread_count(count_of_threads);
    for (const int64_t count : {0, 1, 7, 100}) {
      for (const int64_t grain : {1, 3, 50, 100, 1000}) {
        CAPTURE(count_of_threads, count, grain);
        std::vector<int> visits(static_cast<size_t>(count), 0);
        std::atomic<int> wrong_ranges{0};
        parallel_for(count, grain, [&](int64_t begin, int64_t end) {
          if (begin % grain != 0 || end != std::min(begin + grain, count)) ++wrong_ranges;
          for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
        });
        CHECK(wrong_ranges == 0);
        CHECK(visits == std::vector<int>(static_cast<size_t>(count), 1));
      }
    }
  }
}

TEST_CASE("parallel_for: an exception leaves the loop, and the next loop runs", "[core]") {
  for (const int count : {1, 2, 3}) {
    const ThreadCount thread_count(count);
    for (const int64_t bad : {0, 37, 99}) {
      CHECK_THROWS_WITH(parallel_for(100, 1, [&](int64_t begin, int64_t) { check(begin != bad, "bad index ", begin); }),
                        "bad index " + std::to_string(bad));
    }
    // All of them at once: one gets out.
    CHECK_THROWS_AS(parallel_for(100, 1, [&](int64_t, int64_t) { fail("every range"); }), Error);

    std::atomic<int64_t> sum{0};
    parallel_for(100, 1, [&](int64_t begin, int64_t) { sum += begin; });
    CHECK(sum == 4950);
  }
}

TEST_CASE("parallel_for: a loop inside a loop stays on its caller's thread", "[core]") {
  const ThreadCount thread_count(3);
  std::atomic<int> strangers{0}, inner_calls{0};
  parallel_for(8, 1, [&](int64_t, int64_t) {
    const std::thread::id caller = std::this_thread::get_id();
    parallel_for(8, 1, [&](int64_t, int64_t) {
      ++inner_calls;
      if (std::this_thread::get_id() != caller) ++strangers;
    });
  });
  CHECK(inner_calls == 64);
  CHECK(strangers == 0);
}

TEST_CASE("parallel_for: several threads may each run loops at once", "[core]") {
  const ThreadCount thread_count(3);
  std::vector<int64_t> sums(4, 0);
  std::vector<std::thread> callers;
  for (int64_t& sum : sums) {
    callers.emplace_back([&sum] {
      for (int loop = 0; loop < 500; ++loop) {
        std::atomic<int64_t> indices{0};
        parallel_for(40, 3, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) indices += i;
        });
        sum += indices;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(sums == std::vector<int64_t>(4, 500 * 780));
}

TEST_CASE("parallel_for: other threads take part, after a pause too", "[core]") {
  const ThreadCount thread_count(3);
  REQUIRE(threads() == (ONEFOLD_HAS_OPENMP ? 3 : 1));
  if (threads() == 1) return;  // the ranges below would wait forever
  for (const auto pause : {std::chrono::milliseconds(0), std::chrono::milliseconds(5)}) {
    // By themselves, the ranges wait for each other: only two threads at once can finish them.
    for (int loop = 0; loop < 20; ++loop) {
      std::this_thread::sleep_for(pause);
      std::atomic<int> begun{0};
      parallel_for(2, 1, [&](int64_t, int64_t) {
        ++begun;
        while (begun < 2) std::this_thread::yield();
      });
      CHECK(begun == 2);
    }
  }
}

TEST_CASE("parallel_for: one thread owns the others until it ends", "[core]") {
  const ThreadCount thread_count(3);
  // Whether all ranges of a loop run on the thread that calls it. The first range gives the others time to arrive.
  const auto runs_alone = [](std::chrono::milliseconds patience) {
    const std::thread::id caller = std::this_thread::get_id();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::atomic<int> elsewhere{0};
    parallel_for(30, 1, [&](int64_t begin, int64_t) {
      elsewhere += std::this_thread::get_id() != caller;
      while (begin == 0 && elsewhere == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    });
    return elsewhere == 0;
  };
  const bool alone = !ONEFOLD_HAS_OPENMP;
  const std::chrono::milliseconds enough(alone ? 20 : 60'000);
  // From here on this thread is the owner, whichever test was the first to run a loop.
  CHECK(runs_alone(enough) == alone);
  for (int i = 0; i < 3; ++i) {
    bool other_alone = false;
    std::thread([&] { other_alone = runs_alone(std::chrono::milliseconds(20)); }).join();
    CHECK(other_alone);
    CHECK(runs_alone(enough) == alone);
  }
}

TEST_CASE("ordered_sums: the same bits for any number of threads, where another order gives others", "[core]") {
  // Numbers of very different sizes, so that the order of additions shows.
  constexpr int64_t kCount = 10000, kGrain = 64;
  std::vector<double> numbers(kCount);
  const Random random(3, 0);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = std::exp(20 * random.uniform(i)) * random.normal(i);

  const auto sums_with = [&](int count) {
    const ThreadCount thread_count(count);
    return ordered_sums(kCount, kGrain, 2, [&](int64_t begin, int64_t end, double* sums) {
      for (int64_t i = begin; i < end; ++i) {
        sums[0] += numbers[static_cast<size_t>(i)];
        sums[1] += numbers[static_cast<size_t>(i)] * numbers[static_cast<size_t>(i)];
      }
    });
  };
  const std::vector<double> expected = sums_with(1);
  for (int repeat = 0; repeat < 5; ++repeat) {
    CHECK(sums_with(2) == expected);
    CHECK(sums_with(3) == expected);
  }

  double backwards = 0;
  for (int64_t i = kCount; i-- > 0;) backwards += numbers[static_cast<size_t>(i)];
  CHECK(backwards != expected[0]);
  CHECK(backwards == Approx(expected[0]).epsilon(1e-9));
}

TEST_CASE("ordered_sums: adds up exactly what its ranges hold", "[core]") {
  const auto sum_of_indices = [](int64_t count, int64_t grain) {
    return ordered_sums(count, grain, 1, [](int64_t begin, int64_t end, double* sums) {
      for (int64_t i = begin; i < end; ++i) *sums += static_cast<double>(i);
    });
  };
  CHECK(sum_of_indices(1000, 7) == std::vector<double>{499500});
  CHECK(sum_of_indices(1000, 5000) == std::vector<double>{499500});
  CHECK(sum_of_indices(0, 7) == std::vector<double>{0});
  CHECK(ordered_sums(10, 1, 0, [](int64_t, int64_t, double*) {}).empty());
}

TEST_CASE("parallel loops: refuse a grain or a number of threads that is none", "[core]") {
  const auto nothing = [](int64_t, int64_t) {};
  CHECK_THROWS_WITH(parallel_for(10, 0, nothing), "parallel_for: grain 0 must be at least 1");
  CHECK_THROWS_AS(ordered_sums(10, -1, 1, [](int64_t, int64_t, double*) {}), Error);
  CHECK_THROWS_WITH(set_threads(0), "threads: got 0, choose 1 to 1024");
  CHECK_THROWS_AS(set_threads(1025), Error);
}
