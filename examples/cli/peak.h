#pragma once

namespace onefold {

/// This machine's peak, measured: GFLOP/s, two operations per multiply-add, of independent chains of fused
/// multiply-adds that stay in registers, on threads() threads and with the vectors that the kernels were compiled for.
/// Takes about a quarter of a second; the best of several runs, since other work on the machine can only slow them.
double measured_peak_gflops();

}  // namespace onefold
