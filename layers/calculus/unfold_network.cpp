#include "layers/calculus/unfold_network.h"

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/unfold.h"

namespace onefold {

void unfold_network(PlainVgg& folded, const Tensor& images, RepVgg& unfolded) {
  const NoGrad no_grad;
  load_state(unfolded.head(), state(folded.head()));
  if (folded.whitening() != nullptr) {
    const auto whitening = state(*folded.whitening());
    check(max_abs(whitening.at("conv.bias")) == 0, folded.description(),
          ": the whitening has a bias, so it was trained on after folding; its training form cannot have one");
    load_state(*unfolded.whitening(), {{"weight", whitening.at("conv.weight")}});
  }
  const std::vector<Variable> inputs = folded.block_inputs(Variable(images));
  const std::vector<Module*> from = folded.blocks(), to = unfolded.blocks();
  for (size_t b = 0; b < from.size(); ++b) {
    auto* block = dynamic_cast<RepVggBlock*>(to[b]);
    check(block != nullptr, unfolded.description(), ": block ", b, " is ", to[b]->description(),
          "; give a network of RepVggBlocks");
    UnfoldShares shares;
    if (!block->has_pointwise()) shares.pointwise = 0;
    const auto conv = state(*from[b]);
    const Kernel kernel{conv.at("conv.weight"), conv.at("conv.bias")};
    load_state(*block, state(*unfold(kernel, block->args(), inputs[b].value(), shares)));
  }
}

}  // namespace onefold
