#pragma once

namespace onefold {

/// The most multiply-adds that this machine can do, measured: GFLOP/s, two a multiply-add, of independent chains of
/// fused multiply-adds that stay in registers, on threads() threads and with the vectors that the kernels were compiled
/// for. Takes about a quarter of a second; the best of several runs, since what else the machine does only ever adds.
double measured_peak_gflops();

}  // namespace onefold
