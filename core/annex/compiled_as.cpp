#include "core/simd.h"
#include "onefold/version.h"

namespace onefold {

void program_and_library_need_the_same_Real(Real) {}

int simd_bits() { return 8 * kVecBytes; }

}  // namespace onefold
