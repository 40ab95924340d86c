#pragma once

#include <string>

#include "core/gemm/precision.h"
#include "examples/cli/program.h"

namespace onefold {

/// --precision: "float" or "bf16"; the message lists them.
void add_precision_option(CommandLine& line, std::string& precision);

/// The precision of that name. For bf16 on a CPU without the instruction a warning on stderr says how much slower than
/// float it multiplies, which is measured.
Precision to_precision(const std::string& name);

}  // namespace onefold
