#include "tests/reference.h"

#include <array>

#include "core/batch_norm.h"
#include "core/conv2d.h"
#include "core/softmax.h"

using namespace onefold;

TEST_CASE("reference: convolutions and both their gradients are PyTorch's", "[core]") {
  for (const auto& stored : reference_values("conv2d").at("cases")) {
    const Tensor x = reference_tensor(stored.at("x")), w = reference_tensor(stored.at("weight"));
    const Tensor bias = reference_tensor(stored.at("bias")), dy = reference_tensor(stored.at("dy"));
    const auto [stride_h, stride_w] = stored.at("stride").get<std::array<int64_t, 2>>();
    const auto [padding_h, padding_w] = stored.at("padding").get<std::array<int64_t, 2>>();
    const auto [dilation_h, dilation_w] = stored.at("dilation").get<std::array<int64_t, 2>>();
    Conv2dArgs args{stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w, stored.at("groups")};

    for (const ConvAlgorithm algorithm : {ConvAlgorithm::automatic, ConvAlgorithm::naive, ConvAlgorithm::im2col,
                                          ConvAlgorithm::winograd2, ConvAlgorithm::winograd4}) {
      if (algorithm != ConvAlgorithm::automatic && !supports(algorithm, w.shape(), args)) continue;
      args.algorithm = algorithm;
      INFO("images " << x.shape() << ", weight " << w.shape() << ", " << name(algorithm));
      CHECK(relative_error(conv2d(x, w, args, bias), stored.at("y")) < kReferenceTolerance);
      CHECK(relative_error(conv2d_backward_input(dy, w, x.shape(), args), stored.at("dx")) < kReferenceTolerance);
      CHECK(relative_error(conv2d_backward_weight(dy, x, w.shape(), args), stored.at("dweight")) < kReferenceTolerance);
    }
  }
}

TEST_CASE("reference: batch norm in training and in evaluation is PyTorch's", "[core]") {
  const auto stored = reference_values("batch_norm");
  const Tensor x = reference_tensor(stored.at("x")), dy = reference_tensor(stored.at("dy"));
  const Tensor gamma = reference_tensor(stored.at("gamma")), beta = reference_tensor(stored.at("beta"));
  const Real eps = Real(1e-5);
  const auto check_all = [&](const Tensor& y, const BatchNormGrads& grads, const nlohmann::json& wanted) {
    CHECK(relative_error(y, wanted.at("y")) < kReferenceTolerance);
    CHECK(relative_error(grads.dx, wanted.at("dx")) < kReferenceTolerance);
    CHECK(relative_error(grads.dgamma, wanted.at("dgamma")) < kReferenceTolerance);
    CHECK(relative_error(grads.dbeta, wanted.at("dbeta")) < kReferenceTolerance);
  };

  const ChannelStatistics batch = channel_statistics(x);
  check_all(batch_norm_forward(x, batch, gamma, beta, eps), batch_norm_backward(dy, x, batch, gamma, eps),
            stored.at("training"));

  const ChannelStatistics running{reference_tensor(stored.at("running_mean")),
                                  reference_tensor(stored.at("running_var"))};
  check_all(batch_norm_forward(x, running, gamma, beta, eps), batch_norm_backward_fixed(dy, x, running, gamma, eps),
            stored.at("evaluation"));
}

TEST_CASE("reference: cross entropy with label smoothing, and its gradient, are PyTorch's", "[core]") {
  for (const auto& stored : reference_values("cross_entropy").at("cases")) {
    const CrossEntropy result = softmax_cross_entropy_forward(
        reference_tensor(stored.at("logits")), stored.at("labels").get<std::vector<int>>(), stored.at("smoothing"));
    CHECK(static_cast<double>(result.loss) == Approx(stored.at("loss").get<double>()).epsilon(kReferenceTolerance));
    CHECK(relative_error(result.dlogits, stored.at("dlogits")) < kReferenceTolerance);
  }
}
