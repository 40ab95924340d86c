// Compiled for any x86-64 (CMakeLists.txt), and without templates of the standard library: the linker might take their
// copy from a file compiled for other instructions.
#include "core/cpu_check.h"

#if defined(__x86_64__)

#include <unistd.h>

#include <cstdio>

namespace onefold {

/// Runs before static objects are initialised. CMakeLists.txt names it to the linker, which would otherwise not link it
/// from a static library.
extern "C" __attribute__((constructor(101))) void onefold_check_cpu() {
  __builtin_cpu_init();
#define ASK(name, macro) {name, __builtin_cpu_supports(name) != 0},
  const struct {
    const char* name;
    bool here;
  } features[] = {ONEFOLD_CPU_FEATURES(ASK)};

  bool runs = true;
  for (int i = 0; i < static_cast<int>(sizeof features / sizeof features[0]); ++i) {
    if (!kCompiledFor[i] || features[i].here) continue;
    std::fprintf(stderr, "%s %s", runs ? "onefold: error: this program is compiled for a CPU with" : "",
                 features[i].name);
    runs = false;
  }
  if (runs) return;
  std::fputs(", which this one lacks. Compile it on this machine, or for any x86-64 with cmake -DONEFOLD_NATIVE=OFF\n",
             stderr);
  _exit(1);
}

}  // namespace onefold

#endif
