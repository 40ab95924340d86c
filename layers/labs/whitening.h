#pragma once

#include <memory>
#include <string>

#include "core/conv/conv2d.h"
#include "layers/fold/kernel.h"
#include "layers/module.h"

namespace onefold {

/// A first convolution that needs no training: a kernel [size, size, C, 2 components] whose outputs on `images`
/// [N, H, W, C] are uncorrelated and of equal variance. With the leading eigenvectors v_k of the patches' covariance
/// and their eigenvalues e_k, output k is v_k / sqrt(e_k + eps) times the patch, and output components + k its
/// negative, so that a ReLU keeps both signs. Neighbouring pixels are nearly equal, and without whitening the layers
/// after it would spend their first epochs decorrelating them.
///
/// Coates, Ng: "Learning Feature Representations with K-means", 2012, section 2.2, whitens patches; Page: "How to Train
/// Your ResNet 8: Bag of Tricks", 2019, does it in a frozen first convolution.
/// Only patches inside the images are used. Their mean is assumed to be zero, as for normalised images. All in double.
/// Throws Error if an image is smaller than a patch, or components are not in [1, size * size * C].
Kernel whitening_kernel(const Tensor& images, int64_t size, int64_t components, double eps = 5e-4);

/// relu(conv(x, kernel)) with such a kernel, 3x3 and padded: [N, H, W, in] -> [N, H, W, 2 components]. It is not
/// trained: the kernel is a buffer, saved and loaded like running statistics. Folds to a ConvRelu. State: weight.
class Whitening : public Module {
 public:
  /// All weights are zero: call fit() or load a state.
  Whitening(int64_t in, int64_t components);

  /// Computes the kernel from images: a few hundred are enough for covariances of 27 values.
  void fit(const Tensor& images);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  const Tensor& weight() const { return weight_; }

 private:
  Tensor weight_;  // [3, 3, in, 2 components]
};

}  // namespace onefold
