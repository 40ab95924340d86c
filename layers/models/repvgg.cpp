#include "layers/models/repvgg.h"

#include "layers/fold/repvgg_block.h"
#include "layers/pooling.h"

namespace onefold {

namespace {

VggParts make_parts(const RepVggSize& size, int64_t classes, Initializer& initializer, const MakeBlock& make) {
  VggParts parts;
  // The head draws its initial weights before the blocks: another order would give another network for the same seed.
  parts.head = std::make_unique<Linear>(size.widths.back(), classes, initializer);
  parts.stages = make_stages(size, block_options(size), make);
  parts.pool = std::make_unique<GlobalAvgPool>();
  return parts;
}

}  // namespace

// [make]
RepVgg::RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer)
    : RepVgg(size, classes, initializer,
             [&](const BlockOptions& options) { return std::make_unique<RepVggBlock>(options, initializer); }) {}

RepVgg::RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer, const MakeBlock& make)
    : RepVgg(size, make_parts(size, classes, initializer, make)) {}
// [/make]

}  // namespace onefold
