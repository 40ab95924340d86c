#pragma once

#include <vector>

#include "autograd/variable.h"
#include "core/conv/conv2d.h"
#include "core/ops/batch_norm.h"
#include "core/ops/norm_sum.h"
#include "core/ops/pooling.h"

namespace onefold {

// TABLE OF CONTENTS: every differentiable op with its shapes and its gradient. dy is the gradient of the result. A
// convolution's tensors are x [N, H, W, C], w [R, S, C / groups, K]; see the kernels' headers in core/ for the rest,
// including errors. In the graph an op has its function's name. Two tests in tests/autograd/ read this file: an op
// declared here needs a row in the table of every_op_test.cpp and one in that of op_reference_test.cpp.
// Ops used only by layers outside lessons 1 to 8 are in autograd/annex/.

// -- element by element (elementwise_ops.cpp); both operands have the same shape

// [elementwise]
Variable add(const Variable& a, const Variable& b);       // a + b        da = dy           db = dy
Variable subtract(const Variable& a, const Variable& b);  // a - b        da = dy           db = -dy
Variable multiply(const Variable& a, const Variable& b);  // a b          da = b dy         db = a dy
Variable scale(const Variable& x, Real factor);           // factor x     dx = factor dy
Variable exp(const Variable& x);                          // e^x          dx = y dy
Variable log(const Variable& x);                          // ln x         dx = dy / x
Variable tanh(const Variable& x);                         // tanh x       dx = (1 - y^2) dy
Variable relu(const Variable& x);                         // max(0, x)    dx = dy where x > 0, else 0
// [/elementwise]

// -- shapes and sums (reduction_ops.cpp)

Variable reshape(const Variable& x, const Shape& shape);  // dx = dy in x's shape
Variable sum(const Variable& x);                          // [...] -> one value; dx = dy everywhere
Variable mean(const Variable& x);                         // [...] -> one value; dx = dy / size everywhere

// -- matrix products (linear_ops.cpp)

Variable matmul(const Variable& a, const Variable& b);       // [M, K] [K, N] -> [M, N]; da = dy b^T, db = a^T dy
Variable add_bias(const Variable& x, const Variable& bias);  // [..., C] + [C]; dx = dy, dbias = sum of dy over rows
Variable linear(const Variable& x, const Variable& weight, const Variable& bias);
//   [N, C] [C, K] + [K] -> [N, K]; bias may be undefined; dx = dy w^T, dw = x^T dy, dbias = sum of dy over rows

// -- convolution (linear_ops.cpp)

Variable conv2d(const Variable& x, const Variable& w, const Conv2dArgs& args);
//   dx = dy correlated with w rotated by 180 degrees, dw = x correlated with dy
Variable conv2d(const Variable& x, const Variable& w, const Variable& bias, Activation activation,
                const Conv2dArgs& args, PackedWeights* packed = nullptr);
//   activation(conv2d(x, w) + bias) in one kernel; bias [K] may be undefined;
//   g = dy where y > 0 (relu), dbias = sum of g over rows, dx and dw from g

// -- pooling (reduction_ops.cpp)

Variable global_avg_pool(const Variable& x);  // [N, H, W, C] -> [N, C]; dx = dy / (H W)

// -- batch norm (norm_ops.cpp)

Variable batch_norm(const Variable& x, const Variable& gamma, const Variable& beta, const ChannelStatistics& statistics,
                    StatisticsOf of, Real eps);
//   y = gamma (x - mean) / sigma + beta; of the batch: dx = gamma / sigma (dy - mean(dy) - xhat mean(dy xhat)),
//   running: dx = gamma / sigma dy; dgamma = sum(dy xhat), dbeta = sum(dy)

/// A summand of norm_sum: what batch_norm() takes.
struct NormInput {
  Variable x, gamma, beta;
  ChannelStatistics statistics;
};
Variable norm_sum(const std::vector<NormInput>& branches, Activation activation, StatisticsOf of, Real eps);
//   activation(sum of batch_norm(branch)); g = dy where y > 0 (relu), then each branch's batch_norm gradients from g

/// A branch of conv_norm_sum: a convolution of x (x itself if w is undefined), then a batch norm.
struct ConvNormBranch {
  Variable w;
  Conv2dArgs args;
  Variable gamma, beta;
};

Variable conv_norm_sum(const Variable& x, const std::vector<ConvNormBranch>& branches, Activation activation, Real eps,
                       std::vector<ChannelStatistics>& statistics);
//   norm_sum of each branch's conv2d(x, w) with the batch's statistics, which it returns; the gradients of those two.
//   Fewer passes over memory: the convolutions compute the statistics, and the gradients of x are added up as they are
//   computed

// -- loss (reduction_ops.cpp)

Variable softmax_cross_entropy(const Variable& logits, const std::vector<int>& labels, Real smoothing = 0);
//   [N, K] -> mean over N of -sum q log softmax(logits), q = (1 - smoothing) onehot + smoothing / K;
//   dlogits = dy (softmax(logits) - q) / N

}  // namespace onefold
