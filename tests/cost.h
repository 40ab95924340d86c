#pragma once

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

#include "core/check.h"
#include "core/memory.h"
#include "tests/sanitizers.h"

/// Whether memory is the program's alone: sanitizers take a lot for themselves.
inline constexpr bool kMemoryCanBeMeasured = !kSanitized;

/// What a refusal may cost, in seconds of computing: with sanitizers, which count each access, more.
inline constexpr double kMostSeconds = kSanitized ? 5 : 1;

/// What a call cost in a process of its own, and the Error that it ended with, if so.
struct Cost {
  std::string message;
  double mebibytes = 0;  // by which the process was larger at its largest than before
  double seconds = 0;    // of computing: a busy machine takes longer
};

/// The largest that this process ever was in memory.
inline double peak_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmHWM:") continue;
    double kibibytes = 0;
    status >> kibibytes;
    return kibibytes / 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM: Linux is needed");
}

/// The Error that body() ends with; empty where it comes to its end.
inline std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const onefold::Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("not an Error: ") + error.what();
  }
  return "";
}

/// Gives back the memory that lies about for reuse, so that its reuse counts, and begins a new peak.
inline void forget_peak() {
  onefold::release_pooled_memory();
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5 << std::flush;
}

/// Measures body() in a child, the second time that it runs there: the first brings the program's own pages to memory.
/// body() must not use threads: a child has one.
inline Cost cost_of(const std::function<void()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    ::close(ends[0]);
    message_of(body);
    forget_peak();
    const double before = peak_mebibytes();
    const std::clock_t start = std::clock();
    const std::string message = message_of(body);
    const double numbers[2] = {peak_mebibytes() - before, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC};
    const bool told = ::write(ends[1], numbers, sizeof numbers) == sizeof numbers &&
                      ::write(ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size());
    ::_exit(told ? 0 : 1);
  }

  ::close(ends[1]);
  Cost cost;
  double numbers[2] = {0, 0};
  bool told = ::read(ends[0], numbers, sizeof numbers) == sizeof numbers;
  char text[512];
  for (ssize_t got; (got = ::read(ends[0], text, sizeof text)) > 0;) {
    cost.message.append(text, static_cast<size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  told = ::waitpid(child, &status, 0) == child && status == 0 && told;
  if (!told) throw std::runtime_error("the child that was measured came to a bad end");
  cost.mebibytes = numbers[0];
  cost.seconds = numbers[1];
  return cost;
}
