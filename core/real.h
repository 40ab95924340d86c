#pragma once

namespace onefold {

/// The element type of every tensor: float for training, double for verification.
///
/// The same sources are compiled twice. The error of central differences is 1e-4 at best in float and 3e-9 in double,
/// so gradient checks and fold proofs use the double build. No kernel says `float` or writes `1.0f`.
#ifdef ONEFOLD_REAL_IS_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace onefold
