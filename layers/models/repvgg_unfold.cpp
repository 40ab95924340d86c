#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/models/repvgg.h"
#include "layers/reparam/unfold.h"

namespace onefold {

std::unique_ptr<RepVgg> RepVgg::unfold_network(const Tensor& images) {
  const NoGrad no_grad;
  Initializer unused(0);
  RepVggSize size = size_;
  size.family = "repvgg";
  auto unfolded = std::make_unique<RepVgg>(size, head_->bias().shape()[0], unused);
  load_state(*unfolded->head_, state(*head_));

  Variable x(images);
  if (whitening_) {
    const auto* conv = dynamic_cast<const ConvRelu*>(whitening_.get());
    check(conv != nullptr, description(), ": the whitening is not folded; give a folded network");
    check(max_abs(conv->conv().bias().value()) == 0, description(),
          ": the whitening has a bias, so it was trained on after folding; its training form cannot have one");
    load_state(*unfolded->whitening_, {{"weight", conv->conv().weight().value()}});
    x = (*whitening_)(x);
  }
  for (int64_t s = 0; s < stages_->size(); ++s) {
    int64_t block = 0;
    for (int64_t i = 0; i < stage(s).size(); ++i) {
      Module& layer = stage(s)[i];
      if (const auto* conv = dynamic_cast<const ConvRelu*>(&layer)) {
        UnfoldShares shares;
        if (!size_.pointwise[static_cast<size_t>(s)]) shares.pointwise = 0;
        load_state(unfolded->block(s, block++), state(*unfold(*conv, x.value(), shares)));
      } else {
        check(dynamic_cast<const LinearBlock*>(&layer) == nullptr, description(), ": stages.", s, ".", i,
              " has its branches already; give a folded network");
      }
      x = layer(x);
    }
  }
  return unfolded;
}

}  // namespace onefold
