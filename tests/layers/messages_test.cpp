#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/families/families.h"
#include "layers/families/insert_branches.h"
#include "layers/fold/kernel.h"
#include "layers/fold/repvgg_block.h"
#include "layers/labs/dropout.h"
#include "layers/labs/quantize.h"
#include "layers/labs/small_net.h"
#include "layers/labs/whitening.h"
#include "layers/linear.h"
#include "layers/models/repvgg.h"
#include "layers/sequential.h"
#include "layers/state_file.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/temporary_folder.h"

// Each misuse with the whole text that its learner reads: who speaks, what was got, what was needed, what to do.

namespace onefold::testing {

TEST_CASE("messages: layers of impossible sizes", "[layers]") {
  Initializer initializer(1);
  CHECK_THROWS_WITH(Conv2d({.in = 0, .out = 4}, initializer), "Conv2d: 0 -> 4 channels; both must be at least 1");
  CHECK_THROWS_WITH(Conv2d({.in = 3, .out = 4, .kernel_h = 0}, initializer),
                    "Conv2d: a kernel of 0x3; both must be at least 1");
  CHECK_THROWS_WITH(Conv2d({.in = 3, .out = 4, .args = {.groups = 2}}, initializer),
                    "Conv2d: 2 groups must divide both 3 input and 4 output channels");
  CHECK_THROWS_WITH(Conv2d({Tensor::zeros({3, 3, 3, 4}), Tensor::zeros({3})}, {}),
                    "Conv2d: bias [3] does not fit weight [3 3 3 4], expected one value per output channel");
  CHECK_THROWS_WITH(BatchNorm2d(0), "BatchNorm2d: 0 channels, expected at least 1");
  CHECK_THROWS_WITH(BatchNorm2d(4, 0),
                    "BatchNorm2d: eps is 0, it must be above 0, because a channel's variance can be 0");
  CHECK_THROWS_WITH(BatchNorm2d(4, BatchNorm2d::kEps, 2), "BatchNorm2d: momentum is 2, it must be between 0 and 1");
  CHECK_THROWS_WITH(Linear(4, 0, initializer), "Linear: 4 -> 0 features; both must be at least 1");
  CHECK_THROWS_WITH(Linear(Tensor::zeros({4, 10}), Tensor::zeros({4})),
                    "Linear: weight [4 10] and bias [4] must be [in out] and [out]");
  CHECK_THROWS_WITH(Dropout(1, initializer), "Dropout: probability is 1, it must be at least 0 and below 1");
  CHECK_THROWS_WITH(Whitening(3, 28),
                    "Whitening: 28 components of 3 channels; both must be at least 1, and a 3x3 patch has 27 "
                    "components");
  CHECK_THROWS_WITH(small_net({.kernel = 5}, 10, initializer), "small_net: a kernel of 5; expected 3 or 7");
  CHECK_THROWS_WITH(repvgg_size("huge"), "RepVgg: unknown size \"huge\"; expected one of nano, tiny, mini, S, A0");
}

TEST_CASE("messages: layers on the wrong input", "[layers]") {
  Initializer initializer(1);
  Conv2d conv({.in = 3, .out = 4}, initializer);
  BatchNorm2d norm(4);
  Linear linear(4, 10, initializer);
  CHECK_THROWS_WITH(conv(random_images({2, 8, 8, 4})),
                    "conv2d: input [2 8 8 4] has 4 channels, weight [3 3 3 4] expects 3; make the weight's third "
                    "axis 4");
  CHECK_THROWS_WITH(norm(random_images({2, 8, 8, 3})), "BatchNorm2d: input [2 8 8 3] must be images [N H W 4]");
  CHECK_THROWS_WITH(norm(random_images({1, 1, 1, 4})),
                    "BatchNorm2d: a batch has 1 value per channel, which has no variance; train on larger batches or "
                    "images, or call eval()");
  CHECK_THROWS_WITH(linear(random_images({2, 3})),
                    "linear: got [2 3] and [4 10], expected two matrices, the second with as many rows as the "
                    "first has columns");
  CHECK_THROWS_WITH(Flatten()(random_images({})), "Flatten: input [] must be [N ...] with N at least 1");
}

TEST_CASE("messages: sequences", "[layers]") {
  Sequential network;
  network.add<Relu>();
  CHECK_THROWS_WITH(network.append(nullptr), "Sequential: layer 1 is null; append a layer");
  CHECK_THROWS_WITH(network[1], "Sequential: no layer 1 among 1 layers; numbered from 0");
  CHECK_THROWS_WITH(network.replace(0, 2, std::make_unique<Relu>()),
                    "Sequential: 2 layers from number 0 on cannot be replaced, it has 1; replace fewer");
}

TEST_CASE("messages: another network's state", "[layers]") {
  Initializer initializer(1);
  Linear linear(4, 2, initializer);
  CHECK_THROWS_WITH(load_state(linear, {{"weight", Tensor::zeros({4, 3})}, {"scale", Tensor::zeros({2})}}),
                    "load_state: this is not a state of Linear 4 -> 2:\n"
                    "  missing      bias [2]\n"
                    "  unexpected   scale [2]\n"
                    "  wrong shape  weight [4 3], expected [4 2]\n"
                    "nothing was loaded; make the network that the state was saved from, in the same form (trained "
                    "or folded)");

  const TemporaryFolder folder;
  const std::string file = (folder / "model.safetensors").string();
  Linear smaller(3, 2, initializer);
  save_model(file, smaller, {{"net", "linear"}});
  CHECK_THROWS_WITH(load_model(file, linear),
                    "load_model: " + file +
                        " (net = linear) is not a state of Linear 4 -> 2:\n"
                        "  wrong shape  weight [2 3], expected [2 4]\n"
                        "nothing was loaded; make the network that the file was saved from, in the same form (trained "
                        "or folded), or give another file");
}

TEST_CASE("messages: folding", "[layers]") {
  Initializer initializer(1);
  RepVggBlock block({.in = 4, .out = 4}, initializer);
  CHECK_THROWS_WITH(block.fold(),
                    "fold: RepVggBlock is in training mode; call eval() first, because in training mode a batch "
                    "norm uses the statistics of each batch, which no fixed kernel can hold");
  CHECK_THROWS_WITH(BatchNorm2d(4).fold(),
                    "fold: BatchNorm2d is in training mode; call eval() first, because in training mode a batch "
                    "norm uses the statistics of each batch, which no fixed kernel can hold");

  LinearBlock none;
  none.eval();
  CHECK_THROWS_WITH(none.fold(),
                    "fold: LinearBlock takes any number of channels, so the size of its kernel is unknown; add "
                    "a piece with a fixed number of channels to it");
  LinearBlock with_relu;
  with_relu.add_branch("relu").add<Relu>("relu");
  with_relu.add_branch("3x3").add<Conv2d>("conv", same_convolution(4, 4, 3, 3), initializer);
  with_relu.eval();
  CHECK_THROWS_WITH(with_relu.fold(),
                    "fold: relu: Relu is not a linear piece, so a branch with it is not a convolution; "
                    "nonlinear layers must come after the sum of a block's branches (branch relu)");
  CHECK_THROWS_WITH(with_relu.add_branch("null").append("piece", nullptr),
                    "LinearBlock: piece piece of branch null is null; append a module");
  CHECK_THROWS_WITH(with_relu.add_branch("again").add<Relu>("conv"),
                    "LinearBlock: pieces of branches 3x3 and again are both called conv; each needs its own "
                    "name in the block's state");

  BatchNorm2d negative(2);
  negative.eval();
  load_state(negative, {{"weight", Tensor::full({2}, 1)},
                        {"bias", Tensor::zeros({2})},
                        {"running_mean", Tensor::zeros({2})},
                        {"running_var", Tensor::from({2}, {1, -1})}});
  CHECK_THROWS_WITH(negative.fold(),
                    "fold: running_var of channel 1 is -1, a variance is never negative; the file is damaged, take "
                    "an earlier state");
  CHECK_THROWS_WITH(add_kernels({}), "add_kernels: no kernels; give at least one");
  CHECK_THROWS_WITH(add_kernels({DoubleKernel({3, 3, 2, 4}), DoubleKernel({1, 1, 2, 4})}),
                    "add_kernels: shapes [3 3 2 4] and [1 1 2 4] differ; pad_kernel makes sizes equal");
  CHECK_THROWS_WITH(pad_kernel(DoubleKernel({2, 2, 2, 4}), 3, 3),
                    "pad_kernel: a 2x2 kernel cannot be centred in a 3x3 one; the larger sizes must "
                    "differ from its own by an even number");
  CHECK_THROWS_WITH(identity_kernel(4, 2, 3, 2), "identity_kernel: a 3x2 kernel has no centre; both sizes must be odd");
}

TEST_CASE("messages: blocks in a model", "[layers]") {
  Initializer initializer(1);
  CHECK_THROWS_WITH(make_block("vgg", {.in = 4, .out = 4}, initializer),
                    "unknown block family \"vgg\"; expected one of none, repvgg, acb, dbb, mobileone, "
                    "qarepvgg, orepa, doconv, expandnet, diracnet, repoptimizer, repmixer, unireplk");
  CHECK_THROWS_WITH(make_block("repmixer", {.in = 4, .out = 8}, initializer),
                    "family \"repmixer\", block 4 -> 8: RepMixerBlock: the block is depthwise and adds x to its "
                    "result; it needs in = out = groups, above 1, and stride 1");
  Sequential network;
  network.add<Relu>();
  CHECK_THROWS_WITH(insert_branches(network, "dbb", initializer),
                    "insert_branches: Sequential, 1 layer has no Sequential with a 3x3 convolution of padding 1 and "
                    "a batch norm after it that a block of family \"dbb\" could replace");
  CHECK_THROWS_WITH(quantize(nullptr, Tensor::zeros({1, 8, 8, 3})), "quantize: the network is null; pass one");
  const auto folded = std::make_shared<Linear>(4, 2, initializer);
  CHECK_THROWS_WITH(quantize(folded, Tensor::zeros({0, 4})),
                    "quantize: 0 calibration images; pass at least one, preferably a hundred");
}

}  // namespace onefold::testing
