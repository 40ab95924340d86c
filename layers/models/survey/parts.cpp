#include "layers/models/survey/parts.h"

#include <sstream>
#include <utility>

#include "autograd/annex/survey_ops.h"
#include "autograd/ops.h"
#include "core/annex/elementwise.h"
#include "core/check.h"
#include "layers/activations.h"
#include "layers/fold/fold_error.h"
#include "layers/labs/dropout.h"

namespace onefold {

namespace {

Branches checked(const char* layer, Branches branches) {
  check(!branches.empty(), layer, ": no branches; give at least one");
  for (size_t i = 0; i < branches.size(); ++i) {
    check(branches[i] != nullptr, layer, ": branch ", i, " is null; give a layer");
  }
  return branches;
}

void visit_branches(const Branches& branches, Visitor& visitor) {
  for (size_t i = 0; i < branches.size(); ++i) visitor.child(std::to_string(i), *branches[i]);
}

template <class Layer>
std::unique_ptr<Module> fold_branches(const Layer& layer, const Branches& branches) {
  check_evaluation_mode(layer);
  Branches folded;
  for (size_t i = 0; i < branches.size(); ++i) {
    folded.push_back(fold_piece(std::to_string(i), [&] { return branches[i]->fold(); }));
  }
  auto made = std::make_unique<Layer>(std::move(folded));
  made->eval();
  return made;
}

std::string of_branches(const char* layer, const Branches& branches) {
  return std::string(layer) + " of " + std::to_string(branches.size()) +
         (branches.size() == 1 ? " branch" : " branches");
}

/// "0.2", without the zeros of std::to_string.
std::string number(Real value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

Sum::Sum(Branches branches) : branches_(checked("Sum", std::move(branches))) {}

Variable Sum::forward(const Variable& x) {
  Variable total = (*branches_[0])(x);
  for (size_t i = 1; i < branches_.size(); ++i) {
    const Variable y = (*branches_[i])(x);
    check(y.shape() == total.shape(), "Sum: branch ", i, " makes ", y.shape(), " of ", x.shape(), ", branch 0 makes ",
          total.shape(), "; give all branches the same channels and strides");
    total = add(total, y);
  }
  return total;
}

void Sum::visit(Visitor& visitor) { visit_branches(branches_, visitor); }

std::string Sum::description() const { return of_branches("Sum", branches_); }

std::unique_ptr<Module> Sum::fold() const { return fold_branches(*this, branches_); }

Concat::Concat(Branches branches) : branches_(checked("Concat", std::move(branches))) {}

Variable Concat::forward(const Variable& x) {
  std::vector<Variable> results;
  for (size_t i = 0; i < branches_.size(); ++i) {
    results.push_back((*branches_[i])(x));
    const Shape first = results[0].shape(), shape = results[i].shape();
    check(shape.rank() == 4 && first.rank() == 4 && shape == Shape{first[0], first[1], first[2], shape[3]},
          "Concat: branch ", i, " makes ", shape, " of ", x.shape(), ", branch 0 makes ", first,
          "; all must make images [N H W C] with the same N, H and W");
  }
  return concat_channels(results);
}

void Concat::visit(Visitor& visitor) { visit_branches(branches_, visitor); }

std::string Concat::description() const { return of_branches("Concat", branches_); }

std::unique_ptr<Module> Concat::fold() const { return fold_branches(*this, branches_); }

Variable activate(Curve curve, const Variable& x) {
  switch (curve) {
    case Curve::relu: return relu(x);
    case Curve::leaky_relu: return leaky_relu(x, kLeakySlope);
    case Curve::relu6: return relu6(x);
    case Curve::sigmoid: return sigmoid(x);
    case Curve::silu: return silu(x);
    case Curve::gelu: return gelu(x);
    case Curve::tanh: return tanh(x);
  }
  fail("activate: unknown curve ", static_cast<int>(curve));
}

std::string name(Curve curve) {
  const char* const names[] = {"relu", "leaky_relu", "relu6", "sigmoid", "silu", "gelu", "tanh"};
  return names[static_cast<size_t>(curve)];
}

Variable Activate::forward(const Variable& x) { return activate(curve_, x); }

std::string Activate::description() const { return "Activate " + name(curve_); }

std::unique_ptr<Module> Activate::fold() const { return fold_to_copy(*this, curve_); }

Variable SliceChannels::forward(const Variable& x) { return slice_channels(x, first_, count_); }

std::string SliceChannels::description() const {
  return "SliceChannels " + std::to_string(count_) + " from " + std::to_string(first_);
}

std::unique_ptr<Module> SliceChannels::fold() const { return fold_to_copy(*this, first_, count_); }

Variable PadChannels::forward(const Variable& x) { return pad_channels(x, before_, after_); }

std::string PadChannels::description() const {
  return "PadChannels " + std::to_string(before_) + " before, " + std::to_string(after_) + " after";
}

std::unique_ptr<Module> PadChannels::fold() const { return fold_to_copy(*this, before_, after_); }

Variable ShuffleChannels::forward(const Variable& x) { return shuffle_channels(x, groups_); }

std::string ShuffleChannels::description() const {
  return "ShuffleChannels of " + std::to_string(groups_) + (groups_ == 1 ? " group" : " groups");
}

std::unique_ptr<Module> ShuffleChannels::fold() const { return fold_to_copy(*this, groups_); }

Variable Scale::forward(const Variable& x) { return scale(x, factor_); }

std::string Scale::description() const { return "Scale " + number(factor_); }

std::unique_ptr<Module> Scale::fold() const { return fold_to_copy(*this, factor_); }

Variable PadCircular::forward(const Variable& x) { return pad2d_circular(x, pixels_, pixels_); }

std::string PadCircular::description() const { return "PadCircular " + std::to_string(pixels_); }

std::unique_ptr<Module> PadCircular::fold() const { return fold_to_copy(*this, pixels_); }

ResizeImages::ResizeImages(int64_t side) : side_(side) {
  check(side >= 1 && side <= 4096, "ResizeImages: got a side of ", side, " pixels, expected 1 to 4096");
}

Variable ResizeImages::forward(const Variable& x) { return resize_images(x, side_, side_); }

std::string ResizeImages::description() const {
  return "ResizeImages to " + std::to_string(side_) + "x" + std::to_string(side_);
}

std::unique_ptr<Module> ResizeImages::fold() const { return fold_to_copy(*this, side_); }

SqueezeExcite::SqueezeExcite(int64_t channels, int64_t hidden, Curve curve, Initializer& initializer) : curve_(curve) {
  check(hidden >= 1, "SqueezeExcite: ", hidden, " hidden channels for ", channels, "; expected at least 1");
  reduce_ = std::make_unique<Linear>(channels, hidden, initializer);
  expand_ = std::make_unique<Linear>(hidden, channels, initializer);
}

SqueezeExcite::SqueezeExcite(std::unique_ptr<Linear> reduce, std::unique_ptr<Linear> expand, Curve curve)
    : reduce_(std::move(reduce)), expand_(std::move(expand)), curve_(curve) {}

Variable SqueezeExcite::forward(const Variable& x) {
  const Variable hidden = activate(curve_, (*reduce_)(global_avg_pool(x)));  // [N, hidden]
  return scale_images(x, sigmoid((*expand_)(hidden)));
}

void SqueezeExcite::visit(Visitor& visitor) {
  visitor.child("reduce", *reduce_);
  visitor.child("expand", *expand_);
}

std::string SqueezeExcite::description() const {
  const Shape weight = reduce_->weight().shape();
  return "SqueezeExcite " + std::to_string(weight[0]) + " -> " + std::to_string(weight[1]) + " -> " +
         std::to_string(weight[0]) + ", " + name(curve_);
}

std::unique_ptr<Module> SqueezeExcite::fold() const {
  check_evaluation_mode(*this);
  auto reduce = fold_piece("reduce", [this] { return reduce_->fold_linear(); });
  auto expand = fold_piece("expand", [this] { return expand_->fold_linear(); });
  std::unique_ptr<SqueezeExcite> folded(new SqueezeExcite(std::move(reduce), std::move(expand), curve_));
  folded->eval();
  return folded;
}

DropPath::DropPath(Real probability, Initializer& initializer)
    : probability_(probability), masks_(initializer.next()), step_(Tensor::zeros({1})) {
  check(probability >= 0 && probability < 1, "DropPath: probability is ", probability,
        ", it must be at least 0 and below 1");
}

Variable DropPath::forward(const Variable& x) {
  if (!training() || probability_ == 0) return x;
  check(x.shape().rank() == 4, "DropPath: input ", x.shape(), " must be images [N H W C]");

  // The same factor for all channels of an image.
  const Tensor of_images = dropout_mask({x.shape()[0]}, probability_, next_mask(masks_, step_));
  Tensor factors({x.shape()[0], x.shape()[3]});
  for (int64_t i = 0; i < factors.size(); ++i) factors[i] = of_images[i / x.shape()[3]];
  return scale_images(x, Variable(factors));
}

void DropPath::visit(Visitor& visitor) { visitor.buffer("step", step_); }

std::string DropPath::description() const { return "DropPath " + number(probability_); }

std::unique_ptr<Module> DropPath::fold() const {
  check_evaluation_mode(*this);
  auto identity = std::make_unique<Identity>();
  identity->eval();
  return identity;
}

}  // namespace onefold
