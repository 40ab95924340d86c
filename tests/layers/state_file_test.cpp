#include "layers/state_file.h"

#include <filesystem>
#include <random>

#include "core/files/safetensors.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/layers/support.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

namespace fs = std::filesystem;

/// A folder that is gone when the test is.
struct TemporaryFolder {
  TemporaryFolder() {
    const auto unique = reinterpret_cast<uintptr_t>(this) ^ static_cast<uintptr_t>(std::random_device{}());
    path = fs::temp_directory_path() / ("onefold_state_" + std::to_string(unique));
    fs::create_directories(path);
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  fs::path path;
};

RepVggSize two_block_size() { return {"small", {1, 2, 1, 1, 1}, {4, 4, 8, 8, 8}}; }

std::unique_ptr<RepVgg> trained_network(uint64_t seed) {
  Initializer initializer(seed);
  auto network = std::make_unique<RepVgg>(two_block_size(), 10, initializer);
  randomize(*network, seed);
  network->eval();
  return network;
}

}  // namespace

TEST_CASE("state file: saved and loaded, every bit is the same", "[layers]") {
  const TemporaryFolder folder;
  const auto saved = trained_network(1), loaded = trained_network(2);
  save_model(folder.path / "model.safetensors", *saved, {{"net", "small"}, {"form", "training"}});
  const auto metadata = load_model(folder.path / "model.safetensors", *loaded);
  CHECK(bit_equal(state(*saved), state(*loaded)));
  CHECK(metadata.at("net") == "small");
  CHECK(metadata.at("form") == "training");

  const auto folded = saved->fold(),
             folded_loaded = std::unique_ptr<Module>(std::make_unique<PlainVgg>(two_block_size(), 10));
  save_model(folder.path / "folded.safetensors", *folded);
  load_model(folder.path / "folded.safetensors", *folded_loaded);
  CHECK(bit_equal(state(*folded), state(*folded_loaded)));
}

TEST_CASE("state file: weights stand in it as OIHW and OI", "[layers]") {
  const std::map<std::string, Tensor> state = {
      {"conv", random_normal({3, 2, 4, 5}, Random(1, 0))},
      {"linear", random_normal({4, 5}, Random(1, 1))},
      {"vector", random_normal({6}, Random(1, 2))},
  };
  const auto file = to_file_layout(state);
  const Tensor &conv = file.at("conv"), &linear = file.at("linear");
  CHECK(conv.shape() == Shape{5, 4, 3, 2});
  CHECK(linear.shape() == Shape{5, 4});
  bool same = true;
  for (int64_t o = 0; o < 5; ++o) {
    for (int64_t i = 0; i < 4; ++i) {
      for (int64_t r = 0; r < 3; ++r) {
        for (int64_t s = 0; s < 2; ++s) {
          same &= conv[((o * 4 + i) * 3 + r) * 2 + s] == state.at("conv")[((r * 2 + s) * 4 + i) * 5 + o];
        }
      }
      same &= linear[o * 4 + i] == state.at("linear")[i * 5 + o];
    }
  }
  CHECK(same);
  CHECK(file.at("vector").to_vector() == state.at("vector").to_vector());
  CHECK(bit_equal(from_file_layout(file), state));

  const TemporaryFolder folder;
  const auto network = trained_network(1);
  save_model(folder.path / "model.safetensors", *network);
  const auto tensors = load_safetensors(folder.path / "model.safetensors").tensors;
  CHECK(tensors.at("stages.2.0.conv3.weight").shape() == Shape{8, 4, 3, 3});
  CHECK(tensors.at("head.weight").shape() == Shape{10, 8});
}

TEST_CASE("state file: of another network, what differs is said and nothing loaded", "[layers]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "other.safetensors";
  Initializer initializer(1);
  RepVgg other({"other", {1, 1, 1, 1, 1}, {4, 4, 8, 8, 16}}, 10, initializer);
  save_model(path, other, {{"net", "other"}});

  const auto network = trained_network(2);
  const auto before = state(*network);
  const std::string message = error_of([&] { load_model(path, *network); });
  CHECK_THAT(message, ContainsSubstring(path.string() + " (net = other) is not a state of RepVgg small, 10 classes"));
  CHECK_THAT(message, ContainsSubstring("\n  missing      stages.1.1.bn0.bias [4]"
                                        "\n  missing      stages.1.1.bn0.running_mean [4]"
                                        "\n  missing      stages.1.1.bn0.running_var [4]"
                                        "\n  missing      and 11 more"
                                        "\n  wrong shape  head.weight [10 16], expected [10 8]"));
  CHECK_THAT(message, ContainsSubstring("nothing was loaded"));
  CHECK(bit_equal(state(*network), before));
}

TEST_CASE("state file: the other form of the same network, both sides are shown", "[layers]") {
  const TemporaryFolder folder;
  const auto network = trained_network(2);
  save_model(folder.path / "folded.safetensors", *network->fold(), {{"form", "folded"}});
  const std::string message = error_of([&] { load_model(folder.path / "folded.safetensors", *network); });
  CHECK_THAT(message, ContainsSubstring("(form = folded)"));
  CHECK_THAT(message, ContainsSubstring("missing      stages.0.0.bn1.running_mean [4]"));
  CHECK_THAT(message, ContainsSubstring("unexpected   stages.0.0.conv.bias [4]"));
  CHECK_THAT(message, ContainsSubstring("in the same form (trained or folded)"));
}

TEST_CASE("state file: a fault of the file names it and loads nothing", "[layers]") {
  const TemporaryFolder folder;
  const auto network = trained_network(2);
  const auto before = state(*network);
  CHECK_THAT(error_of([&] { load_model(folder.path / "absent.safetensors", *network); }),
             ContainsSubstring("absent.safetensors"));

  const fs::path cut = folder.path / "cut.safetensors";
  save_model(cut, *network);
  fs::resize_file(cut, fs::file_size(cut) / 2);
  CHECK_THAT(error_of([&] { load_model(cut, *network); }), ContainsSubstring("cut.safetensors"));
  CHECK(bit_equal(state(*network), before));

  CHECK_THAT(error_of([&] { save_model(folder.path / "no" / "such" / "model.safetensors", *network); }),
             ContainsSubstring("model.safetensors"));
}

TEST_CASE("state file: PyTorch's counters of batches are ignored", "[layers]") {
  const TemporaryFolder folder;
  const auto saved = trained_network(1), loaded = trained_network(2);
  SafetensorsFile file{to_file_layout(state(*saved)), {}};
  for (const char* norm : {"bn3", "bn1"}) {
    file.tensors["stages.1.0." + std::string(norm) + ".num_batches_tracked"] = Tensor::full({}, 7);
  }
  save_safetensors(folder.path / "torch.safetensors", file);
  load_model(folder.path / "torch.safetensors", *loaded);
  CHECK(bit_equal(state(*saved), state(*loaded)));
}

TEST_CASE("state file: the prefix is said if it is all that the names differ by", "[layers]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "other.safetensors";
  const auto network = trained_network(1);
  for (const std::string prefix : {"module.", "model.", "_orig_mod.", "a.b."}) {
    SafetensorsFile file;
    for (const auto& [name, tensor] : to_file_layout(state(*network))) file.tensors[prefix + name] = tensor;
    save_safetensors(path, file);
    std::string message = error_of([&] { load_model(path, *network); });
    CHECK_THAT(message, ContainsSubstring(":\n  all names would fit without the prefix \"" + prefix + "\"") &&
                            ContainsSubstring("\n  missing      head.bias [10]") &&
                            ContainsSubstring("\n  unexpected   " + prefix + "head.bias [10]"));

    // Not where one name more differs.
    file.tensors.erase(prefix + "head.bias");
    file.tensors[prefix + "fc.bias"] = Tensor::zeros({10});
    save_safetensors(path, file);
    message = error_of([&] { load_model(path, *network); });
    CHECK_THAT(message, ContainsSubstring("unexpected   " + prefix + "fc.bias [10]") &&
                            !ContainsSubstring("all names would fit"));
  }
  CHECK(state_differences({{"m.a", Tensor::zeros({1})}, {"m.b", Tensor::zeros({1})}},
                          {{"a", Tensor::zeros({1})}, {"b", Tensor::zeros({1})}})
            .starts_with("\n  all names would fit with the prefix \"m.\"; rename them and save again"));
}
