// Compiled for any x86-64 (CMakeLists.txt), and without templates of the standard library: the linker might take their
// copy from a file compiled for other instructions.
#include "core/cpu_check.h"

#include "onefold/version.h"

namespace onefold {

static const char* chosen_level = "as compiled";

const char* cpu_level() { return chosen_level; }

}  // namespace onefold

#if defined(__x86_64__)

#include <unistd.h>

#include <cstdio>

namespace onefold {

struct Feature {
  const char* name;
  bool here;
};

/// Calls missing(name) for each instruction set that is needed and that this CPU lacks.
template <class Missing>
static void for_each_missing(const bool* needed, Missing missing) {
  __builtin_cpu_init();
#define ASK(name, macro) {name, __builtin_cpu_supports(name) != 0},
  const Feature features[] = {ONEFOLD_CPU_FEATURES(ASK)};
  for (const Feature& feature : features) {
    if (*needed++ && !feature.here) missing(feature.name);
  }
}

/// Runs before static objects are initialised. CMakeLists.txt names it to the linker, which would otherwise not link it
/// from a static library.
extern "C" __attribute__((constructor(101))) void onefold_check_cpu() {
  bool runs = true;
  for_each_missing(kCompiledFor, [&](const char* name) {
    std::fprintf(stderr, "%s %s", runs ? "onefold: error: this program is compiled for a CPU with" : "", name);
    runs = false;
  });
  if (runs) return;
  std::fputs(", which this one lacks. Compile it on this machine, or with cmake --preset portable for all since 2009\n",
             stderr);
  _exit(1);
}

const void* const* best_kernels(const CpuLevel* levels, int count) {
  const CpuLevel* level = levels;
  for (; level < levels + count - 1; ++level) {
    bool runs = true;
    for_each_missing(level->compiled_for, [&](const char*) { runs = false; });
    if (runs) break;
  }
  chosen_level = level->name;
  return level->kernels;
}

}  // namespace onefold

#endif
