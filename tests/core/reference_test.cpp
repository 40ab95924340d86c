#include "tests/reference.h"

#include "core/conv/conv2d.h"
#include "core/ops/batch_norm.h"
#include "core/ops/softmax.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

Conv2dArgs stored_args(const ReferenceValues& stored, const std::string& place) {
  const auto stride = stored.integers(place + "stride"), padding = stored.integers(place + "padding");
  const auto dilation = stored.integers(place + "dilation");
  const auto groups = static_cast<int64_t>(stored.number(place + "groups"));
  return {stride[0], stride[1], padding[0], padding[1], dilation[0], dilation[1], groups};
}

}  // namespace

TEST_CASE("reference: convolutions and both their gradients are PyTorch's", "[core]") {
  const ReferenceValues stored("conv2d");
  for (int i = 0; i < stored.size("/cases"); ++i) {
    const std::string place = "/cases/" + std::to_string(i) + "/";
    const Tensor x = stored.tensor(place + "x"), w = stored.tensor(place + "weight"), dy = stored.tensor(place + "dy");
    Conv2dArgs args = stored_args(stored, place);
    for (const ConvAlgorithm algorithm :
         {ConvAlgorithm::automatic, ConvAlgorithm::naive, ConvAlgorithm::im2col, ConvAlgorithm::winograd2,
          ConvAlgorithm::winograd4, ConvAlgorithm::winograd4_stride2, ConvAlgorithm::depthwise,
          ConvAlgorithm::depthwise_direct, ConvAlgorithm::grouped}) {
      if (!supports(algorithm, {x.shape(), w.shape(), args})) continue;
      args.algorithm = algorithm;
      INFO("images " << x.shape().text() << ", weight " << w.shape().text() << ", " << name(algorithm));
      const Tensor y = conv2d(x, w, args, stored.tensor(place + "bias"));
      const Tensor dx = conv2d_backward_input(dy, w, x.shape(), args);
      const Tensor dw = conv2d_backward_weight(dy, x, w.shape(), args);
      CHECK(stored.relative_error(y, place + "y") < kReferenceTolerance);
      CHECK(stored.relative_error(dx, place + "dx") < kReferenceTolerance);
      CHECK(stored.relative_error(dw, place + "dweight") < kReferenceTolerance);
    }
  }
}

TEST_CASE("reference: batch norm in training and in evaluation is PyTorch's", "[core]") {
  const ReferenceValues stored("batch_norm");
  const Tensor x = stored.tensor("/x"), dy = stored.tensor("/dy");
  const Tensor gamma = stored.tensor("/gamma"), beta = stored.tensor("/beta");
  const Real eps = Real(1e-5);
  const auto check_all = [&](const Tensor& y, const BatchNormGrads& grads, const std::string& place) {
    INFO(place);
    CHECK(stored.relative_error(y, place + "/y") < kReferenceTolerance);
    CHECK(stored.relative_error(grads.dx, place + "/dx") < kReferenceTolerance);
    CHECK(stored.relative_error(grads.dgamma, place + "/dgamma") < kReferenceTolerance);
    CHECK(stored.relative_error(grads.dbeta, place + "/dbeta") < kReferenceTolerance);
  };

  const ChannelStatistics batch = channel_statistics(x);
  check_all(batch_norm_forward(x, batch, gamma, beta, eps), batch_norm_backward(dy, x, batch, gamma, eps), "/training");

  const ChannelStatistics running{stored.tensor("/running_mean"), stored.tensor("/running_var")};
  check_all(batch_norm_forward(x, running, gamma, beta, eps), batch_norm_backward_fixed(dy, x, running, gamma, eps),
            "/evaluation");
}

TEST_CASE("reference: cross entropy with label smoothing, and its gradient, are PyTorch's", "[core]") {
  const ReferenceValues stored("cross_entropy");
  for (int i = 0; i < stored.size("/cases"); ++i) {
    const std::string place = "/cases/" + std::to_string(i);
    const auto smoothing = static_cast<Real>(stored.number(place + "/smoothing"));
    const CrossEntropy result =
        softmax_cross_entropy_forward(stored.tensor(place + "/logits"), stored.labels(place + "/labels"), smoothing);
    CHECK(static_cast<double>(result.loss) == Approx(stored.number(place + "/loss")).epsilon(kReferenceTolerance));
    CHECK(stored.relative_error(result.dlogits, place + "/dlogits") < kReferenceTolerance);
  }
}
