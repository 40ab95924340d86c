#include "layers/families/rep_mixer_block.h"

#include "autograd/ops.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/pieces.h"
#include "layers/fold/fold_error.h"
#include "layers/fold/repvgg_block.h"

namespace onefold {

namespace {

constexpr Real kFirstScale = Real(1e-5);

/// -x: turns a sum of branches into a difference.
class Negative : public LinearPiece {
 public:
  Variable forward(const Variable& x) override { return scale(x, -1); }
  void visit(Visitor&) override {}
  std::string description() const override { return "Negative"; }
  std::unique_ptr<Module> fold() const override { return fold_to_copy(*this); }

  LinearForm linear(int64_t channels) const override {
    check_evaluation_mode(*this);
    LinearForm form = identity_form(channels);
    for (double& weight : form.conv.kernel.weight) weight = -weight;
    return piece_form("minus sign", form.conv, [](const Tensor& x) { return scale(x, -1); });
  }
};

const BlockOptions& checked(const BlockOptions& options) {
  check(options.is_depthwise() && options.stride == 1, "RepMixerBlock: the block is depthwise and adds x to its ",
        "result; it needs in = out = groups, above 1, and stride 1");
  return options;
}

}  // namespace

// [rep-mixer-block]
RepMixerBlock::RepMixerBlock(const BlockOptions& options, Initializer& initializer)
    : LinearBlock(options.activation), options_(checked(options)) {
  BlockOptions of_mixer = options;
  of_mixer.activation = Activation::none;
  auto difference = std::make_unique<LinearBlock>();
  difference->add_branch("mixer").add<RepVggBlock>("mixer", of_mixer, initializer);
  Branch& norm = difference->add_branch("norm");
  norm.add<BatchNorm2d>("norm", options.out);
  norm.add<Negative>("minus");

  add_branch("identity");
  Branch& scaled = add_branch("scaled");
  scaled.append("difference", std::move(difference));
  scaled.add<ChannelScale>("scale", options.out, kFirstScale);
}
// [/rep-mixer-block]

std::unique_ptr<Module> make_rep_mixer_block(const BlockOptions& options, Initializer& initializer) {
  return std::make_unique<RepMixerBlock>(options, initializer);
}

}  // namespace onefold
