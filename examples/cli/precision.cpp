#include "examples/cli/precision.h"

#include <iostream>

#include "core/gemm/gemm.h"
#include "core/random.h"
#include "examples/cli/best_seconds.h"
#include "examples/cli/format.h"

namespace onefold {

namespace {

/// The time of a product of 256 x 256 matrices.
double product_seconds(Precision precision) {
  const Tensor a = random_normal({256, 256}, Random(0, 0));
  Tensor c({256, 256});
  return best_seconds(5, [&] { gemm(as_stored(a), as_stored(a), c.data(), 256, Accumulate::no, precision); });
}

}  // namespace

void add_precision_option(CommandLine& line, std::string& precision) {
  line.add_option("--precision", &precision,
                  "what convolutions multiply in training: float, or bf16, which is faster on CPUs that have the "
                  "instruction (AVX512-BF16)")
      .rule(one_of({"float", "bf16"}))
      .value_name("NAME");
}

Precision to_precision(const std::string& name) {
  if (name == "float") return Precision::real;
  if (!has_bf16_products()) {
    const double times = product_seconds(Precision::bf16) / product_seconds(Precision::real);
    std::cerr << "warning: --precision bf16: this program has no instruction for it on this CPU, and multiplies "
              << fixed(times, 1) << " times as long as in float; the results are those of bfloat16 all the same\n";
  }
  return Precision::bf16;
}

}  // namespace onefold
