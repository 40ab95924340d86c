/// Code compiled with -march=native runs only on CPUs with the same instructions. Every program that links onefold
/// checks for them before main() and exits with an error message instead of SIGILL. For x86-64 only.
#pragma once

namespace onefold {

// The name of an instruction set in __builtin_cpu_supports(), and the macro of files compiled for it.
// clang-format off
#define ONEFOLD_CPU_FEATURES(feature)             \
  feature("sse3", __SSE3__)                       \
  feature("ssse3", __SSSE3__)                     \
  feature("sse4.1", __SSE4_1__)                   \
  feature("sse4.2", __SSE4_2__)                   \
  feature("popcnt", __POPCNT__)                   \
  feature("avx", __AVX__)                         \
  feature("fma", __FMA__)                         \
  feature("bmi", __BMI__)                         \
  feature("bmi2", __BMI2__)                       \
  feature("avx2", __AVX2__)                       \
  feature("gfni", __GFNI__)                       \
  feature("avx512f", __AVX512F__)                 \
  feature("avx512cd", __AVX512CD__)               \
  feature("avx512dq", __AVX512DQ__)               \
  feature("avx512bw", __AVX512BW__)               \
  feature("avx512vl", __AVX512VL__)               \
  feature("avx512ifma", __AVX512IFMA__)           \
  feature("avx512vbmi", __AVX512VBMI__)           \
  feature("avx512vbmi2", __AVX512VBMI2__)         \
  feature("avx512vnni", __AVX512VNNI__)           \
  feature("avx512bitalg", __AVX512BITALG__)       \
  feature("avx512vpopcntdq", __AVX512VPOPCNTDQ__) \
  feature("avx512bf16", __AVX512BF16__)
// clang-format on

/// Whether the library is compiled for each of these instruction sets, in the same order.
extern const bool kCompiledFor[];

/// Kernels that are compiled for one level of x86-64, such as "x86-64-v3".
struct CpuLevel {
  const char* name;
  const bool* compiled_for;    // as kCompiledFor
  const void* const* kernels;  // the functions, in an order that is the same for each level
};

/// The kernels of the first level whose instructions this CPU has; else, of the last. cpu_level() is its name from now
/// on.
const void* const* best_kernels(const CpuLevel* levels, int count);

}  // namespace onefold
