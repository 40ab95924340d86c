#include "layers/labs/onnx_network.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "core/check.h"
#include "layers/activations.h"
#include "layers/calculus/pieces.h"
#include "layers/families/families.h"
#include "tests/catch.h"
#include "tests/layers/onnx_reader.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

constexpr OnnxImages kExportedImages{.height = 16, .width = 16, .mean = {0.4, 0.5, 0.3}, .deviation = {0.2, 0.3, 0.25}};

/// Numbers in the file are floats, whatever Real is.
constexpr double kExportTolerance = 1e-5;

Tensor random_pixels(int64_t count) {
  Tensor pixels({count, kExportedImages.height, kExportedImages.width, 3});
  const Random random(5, 0);
  for (int64_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<Real>(random.bits(static_cast<uint64_t>(i)) % 256);
  return pixels;
}

Tensor normalized(const Tensor& pixels) {
  Tensor images(pixels.shape());
  for (int64_t i = 0; i < pixels.size(); ++i) {
    const auto c = static_cast<size_t>(i % 3);
    images[i] = static_cast<Real>((double{pixels[i]} / 255 - kExportedImages.mean[c]) / kExportedImages.deviation[c]);
  }
  return images;
}

std::string file_of(Vgg& network, const VggVariant& variant, const std::map<std::string, std::string>& metadata = {}) {
  return onnx_network(network, variant, kExportedImages).bytes(network.type(), "1.2", metadata);
}

/// How far the file's logits are from the network's, relative to the largest.
double export_error(Vgg& network, const VggVariant& variant) {
  const NoGrad no_grad;
  const Tensor pixels = random_pixels(3);
  const Tensor logits = OnnxReader(file_of(network, variant)).run(pixels).at("logits");
  // Among huge logits, a wrong bias of the head would not be seen.
  CHECK(max_abs(network.head().bias().value()) > 10 * kExportTolerance * max_abs(logits));
  return relative_difference(network(Variable(normalized(pixels))).value(), logits);
}

VggVariant small_variant(const std::string& family) {
  return {.size = {"small", {1, 2, 1, 1, 1}, {6, 6, 8, 8, 12}}, .family = family};
}

/// A network of the family's blocks where they fit, and of plain ones elsewhere: some fit depthwise convolutions only.
std::unique_ptr<RepVgg> network_of_family(const std::string& family, int64_t& fitting) {
  Initializer initializer(1);
  const MakeBlock make = [&](BlockOptions options) {
    for (const int64_t groups : {int64_t{1}, options.out}) {
      options.groups = groups;
      try {
        auto block = make_block(family, options, initializer);
        ++fitting;
        return block;
      } catch (const Error&) {
      }
    }
    options.groups = 1;
    return make_block("none", options, initializer);
  };
  auto network = std::make_unique<RepVgg>(small_variant(family).size, 5, initializer, make);
  randomize(*network, 3, false);
  network->eval();
  return network;
}

std::unique_ptr<RepVgg> network_of(const VggVariant& variant) {
  Initializer initializer(1);
  auto network = make_repvgg(variant, 5, initializer);
  auto numbers = state(*network);
  if (numbers.contains("whitening.weight")) {
    Tensor& weight = numbers.at("whitening.weight");
    weight = random_normal(weight.shape(), Random(9, 0), 0.2);
    load_state(*network, numbers);
  }
  randomize(*network, 3, false);
  network->eval();
  return network;
}

}  // namespace

TEST_CASE("onnx: the file of each family computes what the network does, trained and folded", "[layers][onnx]") {
  for (const std::string& family : family_names()) {
    CAPTURE(family);
    int64_t fitting = 0;
    const auto network = network_of_family(family, fitting);
    CHECK(fitting >= 1);
    CHECK(export_error(*network, small_variant(family)) <= kExportTolerance);
    const auto folded = network->fold_network();
    CHECK(export_error(*folded, small_variant(family)) <= kExportTolerance);
    CHECK(OnnxReader(file_of(*folded, small_variant(family))).count("Conv") == 6);
  }
}

TEST_CASE("onnx: whitening, groups, pools and a scaled head are in the file", "[layers][onnx]") {
  for (const std::string name : {"tiny+whitening+g2", "short"}) {
    CAPTURE(name);
    const VggVariant variant = vgg_variant(name, "repvgg");
    const auto network = network_of(variant);
    CHECK(export_error(*network, variant) <= kExportTolerance);
    CHECK(export_error(*network->fold_network(), variant) <= kExportTolerance);
  }
}

TEST_CASE("onnx: the trained file shows the branches, the folded one a convolution per block", "[layers][onnx]") {
  const VggVariant variant = vgg_variant("tiny");
  const auto network = network_of(variant);
  const OnnxReader trained(file_of(*network, variant)), folded(file_of(*network->fold_network(), variant));
  using Counts = std::vector<int64_t>;
  const auto counts = [](const OnnxReader& reader) {
    return Counts{reader.count("Conv"), reader.count("BatchNormalization"), reader.count("Add"), reader.count("Relu")};
  };
  CHECK(counts(trained) == Counts{18, 23, 14, 9});
  CHECK(counts(folded) == Counts{9, 0, 0, 9});
  CHECK(std::ssize(folded.graph.messages(1)) == 9 + 9 + 2 + 3);
}

TEST_CASE("onnx: every feature map is listed with its shape, every weight is named as in a state file",
          "[layers][onnx]") {
  for (const std::string family : {"repvgg", "qarepvgg", "mobileone"}) {
    CAPTURE(family);
    const VggVariant variant = vgg_variant("tiny", family);
    const auto network = network_of(variant);
    const OnnxReader reader(file_of(*network, variant));
    auto maps = reader.run(random_pixels(2));

    std::vector<ProtobufReader> declared = reader.graph.messages(13);
    declared.push_back(reader.graph.message(11));
    declared.push_back(reader.graph.message(12));
    CHECK(declared.size() == maps.size());
    for (const ProtobufReader& each : declared) {
      const std::string name = each.text(1);
      CAPTURE(name);
      const Shape shape = maps.at(name).shape();
      std::vector<int64_t> expected{0, shape[-1]};
      if (shape.rank() == 4) expected.insert(expected.end(), {shape[1], shape[2]});
      CHECK(declared_shape(each) == expected);
    }
    CHECK(declared_shape(reader.graph.message(11)) == std::vector<int64_t>{0, 3, 16, 16});
    CHECK(reader.graph.message(12).text(1) == "logits");

    const auto numbers = to_file_layout(state(*network));
    std::set<std::string> others;
    for (const auto& [name, weight] : reader.weights) {
      const auto found = numbers.find(name);
      if (found == numbers.end()) {
        others.insert(name);
      } else {
        CHECK(max_abs_difference(found->second, weight) <= 1e-6 * max_abs(weight));
      }
    }
    CHECK(others == std::set<std::string>{"pixels.mean", "pixels.deviation"});
    CHECK(reader.weights.size() == numbers.size() + 2);
  }
}

TEST_CASE("onnx: the file says its format, its operators, who made it and what it is told", "[layers][onnx]") {
  const VggVariant variant = vgg_variant("tiny");
  const auto network = network_of(variant);
  const OnnxReader reader(file_of(*network, variant, {{"classes", "[\"cat\",\"dog\"]"}, {"net", "tiny"}}));
  CHECK(reader.file.integer(1) == 8);
  CHECK(reader.file.text(2) == "onefold");
  CHECK(reader.file.text(3) == "1.2");
  CHECK(reader.file.message(8).integer(2) == 17);
  REQUIRE(reader.file.messages(14).size() == 2);
  CHECK(reader.file.messages(14)[0].text(1) == "classes");
  CHECK(reader.file.messages(14)[0].text(2) == "[\"cat\",\"dog\"]");
  CHECK(reader.graph.text(2) == "RepVgg");
}

TEST_CASE("onnx: what a file cannot hold is refused by the layer's name", "[layers][onnx]") {
  const VggVariant variant = small_variant("none");
  Initializer initializer(1);
  const auto refusal = [&](const std::function<void(LinearBlock&, int64_t)>& add_pieces) {
    const MakeBlock make = [&](const BlockOptions& options) -> std::unique_ptr<Module> {
      if (options.stride == 1 && options.in == options.out) {
        auto block = std::make_unique<LinearBlock>(Activation::relu);
        add_pieces(*block, options.out);
        return block;
      }
      return make_block("none", options, initializer);
    };
    RepVgg network(variant.size, 5, initializer, make);
    network.eval();
    return error_of([&] {
      const Tensor logits = OnnxReader(file_of(network, variant)).run(random_pixels(1)).at("logits");
      const NoGrad no_grad;
      const Tensor expected = network(Variable(normalized(random_pixels(1)))).value();
      check(relative_difference(expected, logits) <= kExportTolerance, "other logits");
    });
  };
  const auto padded = [&](const Tensor& value) {
    return [&initializer, value](LinearBlock& block, int64_t channels) {
      Branch& branch = block.add_branch("3x3");
      branch.add<Pad2d>("pad", 1, 1, value.defined() ? Tensor::full({channels}, value.item()) : Tensor());
      branch.add<Conv2d>("conv", Conv2dOptions{.in = channels, .out = channels}, initializer);
    };
  };
  CHECK(refusal(padded(Tensor())).empty());
  CHECK_THAT(refusal(padded(Tensor::full({1}, 2))), ContainsSubstring("stages.1.0.pad: padding 1 has values other"));
  CHECK_THAT(refusal([](LinearBlock& block, int64_t) { block.add_branch("3x3").add<Relu>("relu"); }),
             ContainsSubstring("fold: stages.1.0"));

  const auto network = network_of(vgg_variant("tiny"));
  network->train();
  CHECK_THAT(error_of([&] { file_of(*network, vgg_variant("tiny")); }), ContainsSubstring("call eval() first"));
  network->eval();
  parameters(network->block(1, 0))[0].mutable_value()[5] = std::nan("");
  CHECK_THAT(error_of([&] { file_of(*network, vgg_variant("tiny")); }),
             ContainsSubstring("stages.1.0.conv3: weight [3 3 16 16] has nan at element 5"));
}
