#include "core/check.h"
#include "layers/activations.h"
#include "layers/families/families.h"
#include "layers/families/insert_branches.h"
#include "layers/inspect/summary.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// A model of someone else's, with a nested Sequential, a depthwise convolution, and what must stay as it is.
std::unique_ptr<Sequential> some_model(Initializer& initializer) {
  const auto conv = [](int64_t in, int64_t out, int64_t kernel, const Conv2dArgs& args) {
    return Conv2dOptions{.in = in, .out = out, .kernel_h = kernel, .kernel_w = kernel, .args = args};
  };
  auto model = std::make_unique<Sequential>();
  model->add<Conv2d>(conv(3, 8, 3, conv2d_args(1, 1)), initializer);
  model->add<BatchNorm2d>(8);
  model->add<Relu>();
  auto& stage = model->add<Sequential>();
  stage.add<Conv2d>(conv(8, 8, 3, conv2d_args(1, 1, 8)), initializer);
  stage.add<BatchNorm2d>(8);
  stage.add<Conv2d>(conv(8, 8, 1, conv2d_args(1, 0)), initializer);
  stage.add<BatchNorm2d>(8);
  stage.add<Relu>();
  stage.add<Conv2d>(conv(8, 8, 3, conv2d_args(2, 1, 2)), initializer);
  stage.add<BatchNorm2d>(8);
  stage.add<Conv2d>(conv(8, 8, 3, conv2d_args(1, 1)), initializer);  // no batch norm after it
  model->add<GlobalAvgPool>();
  model->add<Linear>(8, 5, initializer);
  return model;
}

}  // namespace

TEST_CASE("insert_branches: 3x3 convolutions become blocks, and fold to what stood there", "[layers][fold]") {
  Initializer initializer(1);
  const auto model = some_model(initializer);
  model->eval();
  const std::string plain = summary(*model->fold());
  const auto names = insert_branches(*model, "dbb", initializer);
  CHECK(names == std::vector<std::string>{"0", "1.0", "1.4"});
  CHECK_FALSE(model->training());
  CHECK((*model)[0].description() == "DiverseBranchBlock 3 -> 8");
  auto& stage = dynamic_cast<Sequential&>((*model)[1]);
  CHECK(stage[0].description() == "DiverseBranchBlock 8 -> 8, groups 8, no activation");
  CHECK(stage[4].description() == "DiverseBranchBlock 8 -> 8, stride 2, groups 2, no activation");
  CHECK(stage[5].description() == "Conv2d 3x3, 8 -> 8, padding 1");

  randomize(*model, 2, false);
  const Variable x = random_images({2, 9, 8, 3});
  const auto folded = model->fold();
  CHECK(relative_difference(model->forward(x).value(), folded->forward(x).value()) <= 10 * kFoldTolerance);
  // The ReLU that stood after the first convolution is in its block now.
  CHECK(plain.find("Conv2d 3x3, 3 -> 8, padding 1, bias") != std::string::npos);
  CHECK(summary(*folded).find("ConvRelu 3x3, 3 -> 8, padding 1") != std::string::npos);
}

TEST_CASE("insert_branches: any family has room in some model, or says why not", "[layers][fold]") {
  for (const std::string& family : family_names()) {
    CAPTURE(family);
    Initializer initializer(1);
    const auto model = some_model(initializer);
    const auto names = insert_branches(*model, family, initializer);
    CHECK_FALSE(names.empty());
    randomize(*model, 2, false);
    model->eval();
    const Variable x = random_images({2, 9, 8, 3});
    CHECK(relative_difference(model->forward(x).value(), model->fold()->forward(x).value()) <= 10 * kFoldTolerance);
  }
}

TEST_CASE("insert_branches: blocks of one's own take the same places", "[layers][fold]") {
  Initializer initializer(1);
  const auto model = some_model(initializer), by_name = some_model(initializer);
  std::vector<std::string> asked;
  const auto names = insert_branches(*model, [&](const BlockOptions& options) {
    asked.push_back(options.text());
    check(options.stride == 1, "strides are beyond me");
    return make_block("acb", options, initializer);
  });
  CHECK(asked == std::vector<std::string>{"3 -> 8", "8 -> 8, groups 8, no activation",
                                          "8 -> 8, stride 2, groups 2, no activation"});
  CHECK(names == std::vector<std::string>{"0", "1.0"});
  CHECK((*model)[0].description() == "AcBlock 3 -> 8");
  CHECK(dynamic_cast<Sequential&>((*model)[1])[4].description() == "Conv2d 3x3, 8 -> 8, stride 2, padding 1, groups 2");

  const std::string before = summary(*by_name);
  CHECK_THAT(error_of([&] {
               insert_branches(*by_name, [](const BlockOptions& options) -> std::unique_ptr<LinearBlock> {
                 check(options.groups > 1, "it needs groups");
                 return nullptr;
               });
             }),
             ContainsSubstring("no room for a custom block:\n  0: it needs groups\n  3.0: no block was made"));
  CHECK_THAT(error_of([&] { insert_branches(*by_name, MakeBlock()); }), ContainsSubstring("no function"));
  CHECK(summary(*by_name) == before);
}

TEST_CASE("insert_branches: what it cannot do it names, and leaves the model as it was", "[layers]") {
  Initializer initializer(1);
  const auto model = some_model(initializer);
  const std::string before = summary(*model);
  const auto state_before = state(*model);
  CHECK_THAT(error_of([&] { insert_branches(*model, "vgg", initializer); }),
             ContainsSubstring("unknown block family \"vgg\"; expected one of none, repvgg"));
  CHECK(summary(*model) == before);
  CHECK(bit_equal(state(*model), state_before));

  Sequential linear;
  linear.add<Linear>(4, 4, initializer);
  CHECK_THAT(error_of([&] { insert_branches(linear, "dbb", initializer); }),
             ContainsSubstring("Sequential, 1 layer has no Sequential with a 3x3 convolution"));
}

TEST_CASE("Sequential: layers are replaced by one", "[layers]") {
  Initializer initializer(1);
  Sequential network;
  for (int i = 0; i < 4; ++i) network.add<Relu>();
  network.replace(1, 2, std::make_unique<Linear>(3, 3, initializer));
  CHECK(network.size() == 3);
  CHECK(network[1].description() == "Linear 3 -> 3");
  CHECK_THAT(error_of([&] { network.replace(2, 2, std::make_unique<Relu>()); }),
             ContainsSubstring("2 layers from number 2"));
  CHECK_THAT(error_of([&] { network.replace(0, 1, nullptr); }), ContainsSubstring("is null"));
}
