#include "examples/labs/wrong_blocks.h"

#include <utility>

#include "core/annex/padding.h"
#include "core/annex/window_pooling.h"
#include "core/ops/batch_norm.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/explain.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"

namespace onefold {

namespace {

/// A block that computes what its form says, not what its layers do.
class ComputedBlock : public Module {
 public:
  ComputedBlock(const LinearForm& sum, Activation activation) : sum_(computation(sum)), activation_(activation) {}

  Variable forward(const Variable& x) override {
    const Tensor y = sum_(x.value());
    return Variable(activation_ == Activation::relu ? relu_forward(y) : y);
  }
  void visit(Visitor&) override {}
  std::string description() const override { return "ComputedBlock"; }
  std::unique_ptr<Module> fold() const override {
    throw FoldError("ComputedBlock is a block with a mistake, which is not a convolution");
  }

 private:
  std::function<Tensor(const Tensor& x)> sum_;
  Activation activation_;
};

// [wrong-border]
/// A batch norm that pads its output with what it makes of zero: BatchNormPad2d.
bool frames(const LinearForm& piece) { return piece.norm && piece.conv.args.padding_h > 0; }

/// The same, padded with zeros.
void frame_with_zeros(LinearForm& piece) {
  piece.compute = [normalised = batch_norm_form(*piece.norm).compute, frame = piece.conv.args.padding_h](
                      const Tensor& x) { return pad2d_forward(normalised(x), Tensor(), frame, frame); };
}

/// The same without padding, followed by the average of the pixels inside.
void average_inside_frame(LinearForm& piece, LinearForm& pool) {
  const Pool2dArgs window{
      .kernel = pool.conv.kernel.shape[0], .stride = pool.conv.args.stride_h, .padding = piece.conv.args.padding_h};
  piece.compute = batch_norm_form(*piece.norm).compute;
  pool.compute = [window](const Tensor& x) { return average_of_pixels_inside(x, window); };
}
// [/wrong-border]

/// The block after change(piece, next) at each padding piece of its branches. `change` returns whether it changed
/// anything; null if it never did.
template <class Change>
std::unique_ptr<Module> with_changed_frames(Module& block, const Change& change) {
  LinearForm sum = form_before_activation(block);
  bool changed = false;
  for (LinearForm& branch : sum.parts) {
    for (size_t i = 0; i + 1 < branch.parts.size(); ++i) {
      if (frames(branch.parts[i])) changed |= change(branch.parts[i], branch.parts[i + 1]);
    }
  }
  return changed ? std::make_unique<ComputedBlock>(sum, linear_view(block)->activation) : nullptr;
}

}  // namespace

WrongBlock wrong_in_repvgg(const BlockFold& fold) {
  return [fold](Module& block, const Tensor& x) -> std::unique_ptr<Module> {
    const auto* repvgg = dynamic_cast<const RepVggBlock*>(&block);
    if (repvgg == nullptr) return nullptr;
    const DoubleKernel wrong = fold(*repvgg, x), right = fold_right(*repvgg);
    if (wrong.weight == right.weight && wrong.bias == right.bias) return nullptr;
    auto folded = std::make_unique<ConvRelu>(wrong.rounded(), repvgg->args());
    folded->eval();
    return folded;
  };
}

std::unique_ptr<Module> zeros_between(Module& block, const Tensor&) {
  return with_changed_frames(block, [](LinearForm& piece, LinearForm&) {
    frame_with_zeros(piece);
    return true;
  });
}

std::unique_ptr<Module> average_inside(Module& block, const Tensor&) {
  return with_changed_frames(block, [](LinearForm& piece, LinearForm& next) {
    if (next.is_convolution) return false;
    average_inside_frame(piece, next);
    return true;
  });
}

}  // namespace onefold
