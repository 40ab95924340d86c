#include "layers/labs/state_names.h"

#include "layers/labs/vgg_variant.h"
#include "layers/state_file.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

const NameScheme& own() { return name_schemes().front(); }

std::map<std::string, Tensor> file_state(Module& network) { return to_file_layout(state(network)); }

std::map<std::string, Tensor> trained_state(const std::string& name, const std::string& family = "repvgg") {
  Initializer initializer(3);
  return file_state(*make_repvgg(vgg_variant(name, family), 10, initializer));
}

std::map<std::string, Tensor> folded_state(const std::string& name) {
  return file_state(*make_plain_vgg(vgg_variant(name), 10));
}

std::map<std::string, Tensor> under(const std::string& scheme, const std::map<std::string, Tensor>& state,
                                    const std::string& size = "tiny") {
  return renamed(state, own(), name_scheme(scheme), vgg_variant(size).size);
}

/// "ours = theirs" in both other schemes.
void check_name(const std::string& ours, const std::string& of_dingxiaoh, const std::string& of_timm) {
  const std::map<std::string, Tensor> state = {{ours, Tensor::zeros({1})}};
  CHECK(under("dingxiaoh", state).begin()->first == of_dingxiaoh);
  CHECK(under("timm", state).begin()->first == of_timm);
}

}  // namespace

TEST_CASE("state names: a tensor has the name that PyTorch's module gives it", "[layers]") {
  check_name("stages.0.0.conv3.weight", "stage0.rbr_dense.conv.weight", "stem.conv_kxk.conv.weight");
  check_name("stages.0.0.bn3.running_mean", "stage0.rbr_dense.bn.running_mean", "stem.conv_kxk.bn.running_mean");
  check_name("stages.1.0.conv1.weight", "stage1.0.rbr_1x1.conv.weight", "stages.0.0.conv_1x1.conv.weight");
  check_name("stages.3.2.bn1.bias", "stage3.2.rbr_1x1.bn.bias", "stages.2.2.conv_1x1.bn.bias");
  check_name("stages.3.3.bn0.running_var", "stage3.3.rbr_identity.running_var", "stages.2.3.identity.running_var");
  check_name("stages.0.0.conv.weight", "stage0.rbr_reparam.weight", "stem.reparam_conv.weight");
  check_name("stages.4.0.conv.bias", "stage4.0.rbr_reparam.bias", "stages.3.0.reparam_conv.bias");
  check_name("head.weight", "linear.weight", "head.fc.weight");
}

TEST_CASE("state names: to another scheme and back is the same state, in both forms", "[layers]") {
  for (const std::string net : {"tiny", "S", "mini+g4"}) {
    const RepVggSize size = vgg_variant(net).size;
    for (const auto& state : {trained_state(net), folded_state(net)}) {
      for (const NameScheme& scheme : name_schemes()) {
        CAPTURE(net, scheme.option);
        const auto there = renamed(state, own(), scheme, size);
        CHECK(there.size() == state.size());
        CHECK(bit_equal(renamed(there, scheme, own(), size), state));

        const RecognizedNames names = recognize_names(there);
        REQUIRE(names.scheme != nullptr);
        CHECK(names.scheme->option == scheme.option);
        CHECK(names.folded == state.contains("stages.0.0.conv.weight"));
        for (size_t s = 0; s < size.depths.size(); ++s) {
          CHECK(std::ssize(names.kernels.at(s)) == size.depths[s]);
          CHECK(names.kernels[s].back()[0] == size.widths[s]);
        }
      }
    }
  }
}

TEST_CASE("state names: counters go, a prefix of all names goes and is said", "[layers]") {
  for (const std::string scheme : {"own", "dingxiaoh", "timm"}) {
    for (const std::string prefix : {"", "module.", "model._orig_mod.", "stem."}) {
      CAPTURE(scheme, prefix);
      const auto expected = under(scheme, trained_state("tiny"));
      std::map<std::string, Tensor> state;
      for (const auto& [name, tensor] : expected) state[prefix + name] = tensor;
      state["a.num_batches_tracked"] = Tensor::zeros({});
      CHECK(strip_names(state) == prefix);
      CHECK(bit_equal(state, expected));
    }
  }
  // One name without the prefix, or names not those of a RepVGG: nothing is removed.
  auto state = under("timm", trained_state("tiny"));
  std::map<std::string, Tensor> mixed = {{"optimizer.lr", Tensor::zeros({})}};
  for (const auto& [name, tensor] : state) mixed["model." + name] = tensor;
  const auto before = mixed;
  CHECK(strip_names(mixed).empty());
  CHECK(bit_equal(mixed, before));
  std::map<std::string, Tensor> other = {{"a.b.weight", Tensor::zeros({1})}, {"a.c.weight", Tensor::zeros({1})}};
  CHECK(strip_names(other).empty());
  CHECK(other.contains("a.b.weight"));
}

TEST_CASE("state names: what they tell is described", "[layers]") {
  CHECK(describe_names(under("timm", trained_state("tiny"))) ==
        "timm's names of a RepVGG in training form, with 1, 1, 2, 4, 1 blocks of 16, 16, 32, 64, 256 channels: its "
        "size is tiny");
  CHECK(describe_names(under("dingxiaoh", folded_state("mini+g4"), "mini+g4")) ==
        "DingXiaoH's names of a RepVGG in folded form, with 1, 1, 2, 3, 1 blocks of 32, 32, 64, 128, 512 channels: its "
        "size is mini+g4");
  CHECK(describe_names(trained_state("A0")).starts_with("Onefold's own names of a RepVGG in training form"));
  CHECK(describe_names(trained_state("A0")).ends_with("channels: its size is A0"));

  auto without_a_block = trained_state("tiny");
  std::erase_if(without_a_block, [](const auto& entry) { return entry.first.starts_with("stages.3.3."); });
  CHECK(describe_names(without_a_block) ==
        "Onefold's own names of a RepVGG in training form, with 1, 1, 2, 3, 1 blocks of 16, 16, 32, 64, 256 channels: "
        "no size here has these");

  auto for_imagenet = under("timm", trained_state("A0"), "A0");
  std::erase_if(for_imagenet, [](const auto& entry) { return entry.first.starts_with("stages.0.0.identity."); });
  CHECK(describe_names(for_imagenet) ==
        "timm's names of a RepVGG in training form, with 1, 2, 4, 14, 1 blocks of 48, 48, 96, 192, 1280 channels: its "
        "size is A0, but stage 1 begins with stride 2, as for the large images of ImageNet, since it has no "
        "\"stages.0.0.identity.weight\"; the networks here have stride 1 there");

  const Tensor any = Tensor::zeros({1});
  CHECK(
      describe_names({{"conv1.weight", any}, {"fc.bias", any}, {"fc.weight", any}, {"layer1.0.conv1.weight", any}}) ==
      "4 names, such as \"conv1.weight\", \"fc.bias\", \"fc.weight\", not those of a RepVGG: Onefold's own would have "
      "\"stages.0.0.conv3.weight\" or, folded, \"stages.0.0.conv.weight\", DingXiaoH's would have "
      "\"stage0.rbr_dense.conv.weight\" or, folded, \"stage0.rbr_reparam.weight\", timm's would have "
      "\"stem.conv_kxk.conv.weight\" or, folded, \"stem.reparam_conv.weight\"");
  CHECK(describe_names({}).starts_with("0 names, not those of a RepVGG: "));
  std::map<std::string, Tensor> deep = {{"stem.reparam_conv.weight", any}};
  for (int stage = 0; stage < 1000; ++stage) deep["stages." + std::to_string(stage) + ".0.reparam_conv.weight"] = any;
  CHECK(describe_names(deep) ==
        "timm's names of a RepVGG in folded form, with 1, 1, 1, 1, 1, 1, 1, 1, ... blocks of 1, 1, 1, 1, 1, 1, 1, 1, "
        "... channels: no size here has these");
}

TEST_CASE("state names: what has no counterpart is refused", "[layers]") {
  const std::string why =
      " names: they are for RepVGG blocks and their folded form, without whitening; use Onefold's own names";
  CHECK_THROWS_WITH(under("timm", trained_state("tiny+whitening"), "tiny+whitening"),
                    "a RepVGG tiny+whitening has no \"whitening.weight\" under timm's" + why);
  CHECK_THROWS_WITH(under("dingxiaoh", {{"bias", Tensor::zeros({1})}}),
                    "a RepVGG tiny has no \"bias\" under DingXiaoH's" + why);
  CHECK_THROWS_AS(under("timm", folded_state("short"), "short"), Error);
  CHECK_THROWS_AS(under("timm", trained_state("tiny", "acb")), Error);
  CHECK_THROWS_WITH(name_scheme("keras"), "unknown scheme of names \"keras\"; expected one of own, dingxiaoh, timm");
}
