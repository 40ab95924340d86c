#include "core/cpu_check.h"

namespace onefold {

// A macro that is not defined stays its own name; one that is becomes 1.
#define TEXT_OF(macro) #macro
#define IS_DEFINED(name, macro) TEXT_OF(macro)[0] == '1',

constinit const bool kCompiledFor[] = {ONEFOLD_CPU_FEATURES(IS_DEFINED)};

}  // namespace onefold
