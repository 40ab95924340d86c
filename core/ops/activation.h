#pragma once

namespace onefold {

/// What a fused kernel applies to each number before it stores it.
enum class Activation { none, relu };

}  // namespace onefold
