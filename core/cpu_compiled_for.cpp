#include "core/cpu_check.h"

namespace onefold {

// An undefined macro remains its own name; a defined one becomes 1.
#define TEXT_OF(macro) #macro
#define IS_DEFINED(name, macro) TEXT_OF(macro)[0] == '1',

constinit const bool kCompiledFor[] = {ONEFOLD_CPU_FEATURES(IS_DEFINED)};

}  // namespace onefold
