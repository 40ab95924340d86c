#include <limits>

#include "core/annex/compose_kernels.h"
#include "core/annex/elementwise.h"
#include "core/annex/padding.h"
#include "core/annex/quantization.h"
#include "core/annex/symmetric_eigen.h"
#include "core/annex/window_pooling.h"
#include "core/check.h"
#include "core/conv/conv2d.h"
#include "core/files/safetensors.h"
#include "core/gemm/gemm.h"
#include "core/ops/batch_norm.h"
#include "core/ops/elementwise.h"
#include "core/ops/norm_sum.h"
#include "core/ops/pooling.h"
#include "core/ops/softmax.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

// Each misuse with the whole text that its learner reads: who speaks, what was got, what was needed, what to do.

namespace onefold {
namespace {

const Tensor images = Tensor::zeros({2, 8, 8, 3}), weight = Tensor::zeros({3, 3, 3, 4});

}  // namespace

TEST_CASE("messages: tensors and their shapes", "[core]") {
  CHECK_THROWS_WITH(Shape({1, 2, 3, 4, 5}), "shape: got 5 dimensions, at most 4 are supported; join some");
  CHECK_THROWS_WITH(Shape({2, -1}), "shape: extent -1 of axis 1 is negative; it must be at least 0");
  CHECK_THROWS_WITH(Shape({1 << 20, 1 << 20, 2}), "shape: more than 2^40 elements requested; make it smaller");
  CHECK_THROWS_WITH(Tensor::from({2, 2}, {1, 2, 3}),
                    "tensor: got 3 values, shape [2 2] needs 4; pass one value per element");
  CHECK_THROWS_WITH(images.item(), "item: tensor [2 8 8 3] has 384 elements, expected exactly 1; sum it first");
  CHECK_THROWS_WITH(images.reshape({2, 8, 8}),
                    "reshape: [2 8 8 3] has 384 elements, [2 8 8] needs 128; the sizes must be equal");
  CHECK_THROWS_WITH(max_abs_difference(Tensor::zeros({2}), Tensor::zeros({3})),
                    "max_abs_difference: shapes [2] and [3] differ; compare tensors of the same shape");
}

TEST_CASE("messages: element by element", "[core]") {
  CHECK_THROWS_WITH(add(images, weight),
                    "add: operands [2 8 8 3] and [3 3 3 4] differ in shape; reshape one, or add a [C] bias with "
                    "add_bias");
  CHECK_THROWS_WITH(multiply(images, Tensor()), "multiply: an operand is undefined; pass two tensors");
  CHECK_THROWS_WITH(relu_forward(Tensor()), "relu: the operand is undefined; pass a tensor");
  CHECK_THROWS_WITH(add_bias_forward(images, Tensor::zeros({4})),
                    "add_bias: x [2 8 8 3] and bias [4] do not fit; expected one value per channel, the "
                    "last axis of x");
  CHECK_THROWS_WITH(scale_channels_forward(images, Tensor::zeros({4})),
                    "scale_channels: x [2 8 8 3] and factor [4] do not fit; expected one value per channel, the "
                    "last axis of x");
  CHECK_THROWS_WITH(gather_forward(Tensor::zeros({4}), {0, 1, 2}, {2}),
                    "gather: 3 indices for a result [2]; expected one per element");
  CHECK_THROWS_WITH(gather_forward(Tensor::zeros({4}), {0, 4}, {2}),
                    "gather: index 4 is not in x [4]; expected 0 to 3");
  CHECK_THROWS_WITH(sum_rows(Tensor()), "sum_rows: needs a tensor [..., C], got none");
  CHECK_THROWS_WITH(dropout_mask({4}, 1, Random(1, 0)), "dropout: probability 1 must be at least 0 and below 1");
}

TEST_CASE("messages: matrices, ranges and random numbers", "[core]") {
  const Real numbers[6] = {};
  Real c[4];
  CHECK_THROWS_WITH(gemm({numbers, 2, 3, 3}, {numbers, 2, 2, 2}, c, 2),
                    "gemm: A is 2 x 3, B is 2 x 2; the inner extents must be equal");
  CHECK_THROWS_WITH(symmetric_eigen({1, 2, 3, 4}, 2),
                    "symmetric_eigen: elements 1, 0 and 0, 1 are 3 and 2; a symmetric matrix has equal ones");
  CHECK_THROWS_WITH(symmetric_eigen({1, 2, 3}, 2), "symmetric_eigen: got 3 elements, expected a matrix of 2 x 2");
  CHECK_THROWS_WITH(parallel_for(8, 0, [](int64_t, int64_t) {}), "parallel_for: grain 0 must be at least 1");
  CHECK_THROWS_WITH(set_threads(0), "threads: got 0, choose 1 to 1024");
  CHECK_THROWS_WITH(Random(1, 0).below(0, 0), "random: bound 0 must be at least 1");
}

TEST_CASE("messages: convolutions", "[core]") {
  CHECK_THROWS_WITH(conv2d(Tensor::zeros({8, 8}), weight, {}), "conv2d: input [8 8] needs four axes [N H W C]");
  CHECK_THROWS_WITH(conv2d(images, Tensor::zeros({3, 3, 4}), {}),
                    "conv2d: weight [3 3 4] needs four axes [R S C/groups K], each at least 1");
  CHECK_THROWS_WITH(conv2d(images, Tensor::zeros({3, 3, 4, 16}), {}),
                    "conv2d: input [2 8 8 3] has 3 channels, weight [3 3 4 16] expects 4; make the weight's third "
                    "axis 3");
  CHECK_THROWS_WITH(conv2d(images, Tensor::zeros({3, 3, 2, 6}), conv2d_args(1, 1, 3)),
                    "conv2d: input [2 8 8 3] has 3 channels, weight [3 3 2 6] expects 6 (weight channels times "
                    "groups); make the weight's third axis 1");
  CHECK_THROWS_WITH(conv2d(images, weight, conv2d_args(1, 1, 2)),
                    "conv2d: input [2 8 8 3] and weight [3 3 3 4] need channels divisible by groups 2");
  CHECK_THROWS_WITH(conv2d(images, weight, conv2d_args(0, 1)), "conv2d: stride 0 x 0 must be at least 1");
  CHECK_THROWS_WITH(conv2d(images, weight, conv2d_args(1, -1)), "conv2d: padding -1 x -1 must not be negative");
  CHECK_THROWS_WITH(conv2d(images, weight, {.dilation_h = 0}), "conv2d: dilation 0 x 1 must be at least 1");
  CHECK_THROWS_WITH(conv2d(images, weight, {.groups = 0}), "conv2d: groups 0 must be at least 1");
  CHECK_THROWS_WITH(conv2d(images, Tensor::zeros({11, 11, 3, 4}), conv2d_args(1, 1)),
                    "conv2d: weight [11 11 3 4] at dilation 1 x 1 covers 11 x 11, input [2 8 8 3] with padding is "
                    "only 10 x 10; use a smaller kernel or more padding");
  CHECK_THROWS_WITH(conv2d(images, weight, conv2d_args(1, 1), Tensor::zeros({3})), "conv2d: bias is [3], expected [4]");
  Conv2dArgs args = conv2d_args(2, 1);
  args.algorithm = ConvAlgorithm::winograd4;
  CHECK_THROWS_WITH(conv2d(images, weight, args),
                    "conv2d: Winograd F(4x4,3x3) needs a 3x3 kernel, stride 1, dilation 1, padding of at most 2 "
                    "and one group; the weight is [3 3 3 4], stride 2 x 2, dilation 1 x 1, padding 1 x 1, "
                    "groups 1; use ConvAlgorithm::automatic");
  args.algorithm = ConvAlgorithm::depthwise;
  CHECK_THROWS_WITH(conv2d(images, weight, args),
                    "conv2d: depthwise needs one input channel per group; the weight is [3 3 3 4], stride 2 x 2, "
                    "dilation 1 x 1, padding 1 x 1, groups 1; use ConvAlgorithm::automatic");
  CHECK_THROWS_WITH(conv2d_backward_input(Tensor::zeros({2, 8, 8, 5}), weight, images.shape(), conv2d_args(1, 1)),
                    "conv2d: the output's gradient is [2 8 8 5], expected [2 8 8 4]");
  CHECK_THROWS_WITH(compose_kernels_forward(weight, Tensor::zeros({1, 1, 5, 6}), {}),
                    "compose_kernels: 4 channels come out of the first, 5 go into the second; the numbers must be "
                    "equal");
  CHECK_THROWS_WITH(pad2d_forward(images, Tensor::zeros({4}), 1, 1),
                    "pad2d: value [4] for images [2 8 8 3]; expected one value per channel");
  CHECK_THROWS_WITH(pad2d_forward(images, {}, -1, 1), "pad2d: padding -1x1; both must be at least 0");
}

TEST_CASE("messages: a kernel writes into no buffer that is shared", "[core]") {
  const Tensor x = Tensor::full({1, 4, 4, 2}, 1), one = Tensor::full({2}, 1), other = x;
  const std::string rest =
      ": it would write into a tensor [1 4 4 2] that shares its buffer with another; move the only handle in, or pass "
      "a clone()";
  CHECK_THROWS_WITH(add_to(x, x), "add_to" + rest);
  CHECK_THROWS_WITH(conv2d_backward_input(x, Tensor::zeros({3, 3, 2, 2}), x.shape(), conv2d_args(1, 1), other),
                    "conv2d_backward_input" + rest);
  CHECK_THROWS_WITH(norm_sum_backward(x, x, {{other, channel_statistics(x), one, one}}, {GradientInto::buffer_of_x},
                                      Activation::relu, StatisticsOf::batch, Real(1e-5)),
                    "norm_sum_backward" + rest);
  CHECK(max_abs_difference(x, Tensor::full(x.shape(), 1)) == 0);
}

TEST_CASE("messages: pooling", "[core]") {
  CHECK_THROWS_WITH(max_pool2d_forward(Tensor::zeros({8, 8}), {}), "max_pool2d: needs images [N, H, W, C], got [8 8]");
  CHECK_THROWS_WITH(max_pool2d_forward(images, {.kernel = 0}), "pool2d: kernel 0 and stride 2 must be at least 1");
  CHECK_THROWS_WITH(avg_pool2d_forward(images, {.kernel = 2, .padding = 2}),
                    "pool2d: padding 2 must be 0 to half of the kernel 2");
  CHECK_THROWS_WITH(avg_pool2d_forward(images, {.kernel = 9}),
                    "pool2d: a window of 9 x 9 does not fit images [2 8 8 3] with padding 0; use a smaller kernel");
  CHECK_THROWS_WITH(avg_pool2d_backward(Tensor::zeros({2, 8, 8, 3}), images.shape(), {}),
                    "avg_pool2d_backward: dy is [2 8 8 3], it needs the result's shape [2 4 4 3]");
  CHECK_THROWS_WITH(global_avg_pool_forward(Tensor::zeros({2, 0, 8, 3})),
                    "global_avg_pool: images [2 0 8 3] have no pixels to take a mean of; pass larger ones");
}

TEST_CASE("messages: batch norm and cross-entropy", "[core]") {
  const Tensor three = Tensor::full({3}, 1), four = Tensor::full({4}, 1);
  CHECK_THROWS_WITH(channel_statistics(Tensor::zeros({0, 8, 8, 3})),
                    "channel_statistics: [0 8 8 3] has no rows to take a mean of; pass at least one image");
  CHECK_THROWS_WITH(batch_norm_forward(images, {three, three}, four, three, 1),
                    "batch_norm: gamma is [4], x [2 8 8 3] needs [3]");
  CHECK_THROWS_WITH(batch_norm_backward(weight, images, {three, three}, three, 1),
                    "batch_norm_backward: dy is [3 3 3 4], it needs x's shape [2 8 8 3]");
  CHECK_THROWS_WITH(norm_sum_forward({}, Activation::relu, 1), "norm_sum: got 0 branches, expected 1 to 8");
  CHECK_THROWS_WITH(norm_sum_forward({{images, {three, three}, three, three}, {weight, {four, four}, four, four}},
                                     Activation::relu, 1),
                    "norm_sum: branches of [2 8 8 3] and [3 3 3 4]; all must have the same shape");
  CHECK_THROWS_WITH(norm_sum_forward({{images, {three, three}, four, three}}, Activation::relu, 1),
                    "norm_sum: a batch norm of [4] channels on a branch of [2 8 8 3]; its vectors must be [3]");

  const Tensor logits = Tensor::zeros({2, 10});
  CHECK_THROWS_WITH(softmax(images), "softmax: logits must be [N, K] with K >= 1, got [2 8 8 3]");
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(Tensor::zeros({0, 10}), {}, 0),
                    "softmax_cross_entropy: logits [0 10] hold no rows; pass at least one");
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 2, 3}, 0),
                    "softmax_cross_entropy: 3 labels for logits [2 10]; pass one label per row");
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 10}, 0),
                    "softmax_cross_entropy: label 10 at index 1 is out of range; logits [2 10] have 10 classes, 0 "
                    "to 9");
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 2}, 1),
                    "softmax_cross_entropy: smoothing 1 must be at least 0 and below 1");
}

TEST_CASE("messages: grids of few numbers", "[core]") {
  const Tensor bad = Tensor::from({2}, {1, std::numeric_limits<Real>::infinity()});
  CHECK_THROWS_WITH(number_range({bad}),
                    "quantization: [2] has inf at element 1; no grid can represent it, find out where it comes from");
  CHECK_THROWS_WITH(number_range({}), "quantization: no values to take a range of; pass at least one");
  CHECK_THROWS_WITH(number_range({images}, 0), "quantization: got a coverage of 0, choose above 0 and at most 1");
  CHECK_THROWS_WITH(symmetric_grid({-1, 1}, 1), "quantization: got 1 bits, choose 2 to 16");
  CHECK_THROWS_WITH(fake_quantize_channels(images, {symmetric_grid({-1, 1}, 8)}),
                    "fake_quantize_channels: 1 grids for [2 8 8 3], expected one per channel, 3");
}

TEST_CASE("messages: safetensors files", "[core]") {
  const TemporaryFolder folder;
  const std::string name = (folder / "x.safetensors").string();
  const auto load = [&](const std::string& bytes) {
    write_bytes(name, bytes);
    load_safetensors(name);
  };
  const auto length = [](const std::string& header) { return std::string{char(header.size()), 0, 0, 0, 0, 0, 0, 0}; };
  const auto with_header = [&](const std::string& header) { load(length(header) + header + "abcd"); };

  CHECK_THROWS_WITH(load_safetensors(name),
                    "load_safetensors: " + name + ": No such file or directory; check the path");
  CHECK_THROWS_WITH(load_safetensors(folder.path()), "load_safetensors: " + folder.path().string() +
                                                         ": is a folder or a device; give a "
                                                         ".safetensors file");
  CHECK_THROWS_WITH(load("abc"), "load_safetensors: " + name +
                                     ": has 3 bytes, the header's length alone needs 8; it is "
                                     "truncated or not a .safetensors file");
  CHECK_THROWS_WITH(load(std::string("\x40\0\0\0\0\0\0\0{}", 10)),
                    "load_safetensors: " + name +
                        ": claims a header of 64 bytes, but the file has only 2 after "
                        "its length; it is truncated or not a .safetensors file");
  CHECK_THROWS_WITH(with_header("[]"), "load_safetensors: " + name +
                                           ": the header is not a JSON object; the file is damaged or not "
                                           "a .safetensors file; copy it again or save it again");
  CHECK_THROWS_WITH(with_header(R"({"x":{"dtype":"F32","shape":[1]}})"),
                    "load_safetensors: " + name +
                        ": tensor \"x\": needs dtype, shape and data_offsets, no more and "
                        "no less; the file is damaged or not a .safetensors file; copy it again or save it again");
  CHECK_THROWS_WITH(with_header(R"({"x":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}})"),
                    "load_safetensors: " + name +
                        ": tensor \"x\": dtype \"I16\" is not supported; save the tensor as "
                        "F32, F64, F16 or BF16, or leave it out");
  CHECK_THROWS_WITH(with_header(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})"),
                    "load_safetensors: " + name +
                        ": tensor \"x\": shape [2] of F32 needs 8 bytes, data_offsets give "
                        "4; the file is damaged or not a .safetensors file; copy it again or save it again");
  CHECK_THROWS_WITH(with_header(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})"),
                    "load_safetensors: " + name +
                        ": tensor \"x\": bytes 0 to 8 exceed the file, which holds 4 bytes "
                        "of data; the file is damaged or not a .safetensors file; copy it again or save it again");
  CHECK_THROWS_WITH(with_header(R"({"x":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}})"),
                    "load_safetensors: " + name +
                        ": tensor \"x\": begins at byte 2, but the previous tensor ends at "
                        "0: a gap; the file is damaged or not a .safetensors file; copy it again or save it again");
  CHECK_THROWS_WITH(save_safetensors(name, {{{"x", Tensor()}}, {}}),
                    "save_safetensors: " + name + ": tensor \"x\" is undefined; leave it out");
  CHECK_THROWS_WITH(save_safetensors(folder / "none" / "x", {}),
                    "cannot write " + folder.path().string() +
                        "/none/x: opening its folder: No such file or "
                        "directory; create the folder first, or check its spelling");
}

}  // namespace onefold
