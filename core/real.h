#pragma once

namespace onefold {

/// The element type of every tensor: float for training, double for gradient checks and fold proofs, since the error of
/// central differences is 1e-4 at best in float and 3e-9 in double. No kernel says `float` or writes `1.0f`.
#ifdef ONEFOLD_REAL_IS_DOUBLE
using Real = double;
#else
using Real = float;
#endif

void program_and_library_need_the_same_Real(Real);  // the library has that of its own Real: others do not link
[[gnu::used]] inline void (*const kSameReal)(Real) = program_and_library_need_the_same_Real;

}  // namespace onefold
