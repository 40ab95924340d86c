#pragma once

namespace onefold {

/// The number type of every tensor: float to train, double to check.
///
/// The same sources are compiled twice. Central differences in float are wrong by 1e-4 at best, in double by 3e-9,
/// so gradient checks and fold proofs use the double build. No kernel says `float` or writes `1.0f`.
#ifdef ONEFOLD_REAL_IS_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace onefold
