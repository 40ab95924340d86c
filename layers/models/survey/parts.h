#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/initializer.h"
#include "layers/linear.h"
#include "layers/module.h"

namespace onefold {

// The layers of which the survey's networks consist, beside convolutions, batch norms and pooling. They have no batch
// norm of their own, so each folds to itself, around whatever its branches fold to.

using Branches = std::vector<std::unique_ptr<Module>>;

/// The sum of branches that all see the same x; a Sequential without layers is the identity. State: 0.*, 1.*, ...
class Sum : public Module {
 public:
  /// Throws Error for no branches.
  explicit Sum(Branches branches);

  /// Throws Error, naming the branch, if the branches' results differ in shape.
  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Branches branches_;
};

/// The results of branches one after the other along the channels: [N, H, W, C0], [N, H, W, C1] -> [N, H, W, C0 + C1].
/// State: 0.*, 1.*, ...
class Concat : public Module {
 public:
  /// Throws Error for no branches.
  explicit Concat(Branches branches);

  /// Throws Error, naming the branch, if the branches' results are not images, or differ in more than their channels.
  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Branches branches_;
};

/// The activations of the survey's networks, element by element.
enum class Curve { relu, leaky_relu, relu6, sigmoid, silu, gelu, tanh };
std::string name(Curve curve);
Variable activate(Curve curve, const Variable& x);

/// Of leaky ReLU below zero. With 0.01 plain networks of 20 layers learn more slowly.
inline constexpr Real kLeakySlope = Real(0.3);

/// One of them as a layer.
class Activate : public Module {
 public:
  explicit Activate(Curve curve) : curve_(curve) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;  // "Activate silu"
  std::unique_ptr<Module> fold() const override;

 private:
  Curve curve_;
};

/// Channels [first, first + count) of x.
class SliceChannels : public Module {
 public:
  SliceChannels(int64_t first, int64_t count) : first_(first), count_(count) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  int64_t first_, count_;
};

/// x with channels of zeros before and after its own.
class PadChannels : public Module {
 public:
  PadChannels(int64_t before, int64_t after) : before_(before), after_(after) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  int64_t before_, after_;
};

/// Lets the next grouped convolution see channels of every group: channel g C / groups + i becomes i groups + g.
/// Zhang, Zhou, Lin, Sun: "ShuffleNet", CVPR 2018, section 3.1.
class ShuffleChannels : public Module {
 public:
  explicit ShuffleChannels(int64_t groups) : groups_(groups) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  int64_t groups_;
};

/// factor x.
class Scale : public Module {
 public:
  explicit Scale(Real factor) : factor_(factor) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Real factor_;
};

/// x with `pixels` pixels around it that continue on the opposite side, as on a torus.
class PadCircular : public Module {
 public:
  explicit PadCircular(int64_t pixels) : pixels_(pixels) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  int64_t pixels_;
};

/// Images in another size, interpolated linearly.
class ResizeImages : public Module {
 public:
  /// To side x side pixels. Throws Error unless it is in [1, 4096].
  explicit ResizeImages(int64_t side);

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  int64_t side_;
};

/// Scales each channel of each image by a factor from 0 to 1 that depends on the means of all its channels:
/// x sigmoid(expand(curve(reduce(mean of x)))). State: reduce.*, expand.*.
/// Hu, Shen, Sun: "Squeeze-and-Excitation Networks", CVPR 2018, section 3.
class SqueezeExcite : public Module {
 public:
  /// `hidden` channels between the two linear layers. Throws Error if it is below 1.
  SqueezeExcite(int64_t channels, int64_t hidden, Curve curve, Initializer& initializer);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  SqueezeExcite(std::unique_ptr<Linear> reduce, std::unique_ptr<Linear> expand, Curve curve);

  std::unique_ptr<Linear> reduce_, expand_;
  Curve curve_;
};

/// In training mode each image's x becomes zero with `probability`, and the others are divided by 1 - probability:
/// dropout of a whole branch. In evaluation mode it does nothing. Folds to Identity.
/// Huang, Sun, Liu, Sedra, Weinberger: "Deep Networks with Stochastic Depth", ECCV 2016.
///
/// Buffer: step [1], the number of masks drawn so far, so that a resumed run draws the same masks.
class DropPath : public Module {
 public:
  /// Throws Error for a probability outside [0, 1).
  DropPath(Real probability, Initializer& initializer);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Real probability_;
  Random masks_;
  Tensor step_;
};

}  // namespace onefold
