// Writes a saved network, in training or folded form, as an ONNX file, which other runtimes and viewers open.
//
// Run     build/examples/export --model runs/train-mini/model.safetensors --onnx mini.onnx
// Time    less than a second
// Expect  mini.onnx: pixels from 0 to 255 in, logits out, with the branches of every block; with --fold the plain
//         convolutions that they fold to
//
// tests/examples/onnx_test.py runs such files in ONNX Runtime and OpenVINO and compares the logits.

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/inference/onnx_file.h"
#include "examples/training/networks.h"

using namespace onefold;

namespace {

struct Options {
  std::filesystem::path model;
  std::filesystem::path onnx;
  NetworkOptions network;  // by default from the file
  bool fold = false;
  std::optional<int64_t> height, width;  // by default those of the images that it was trained on
};

void add_options(CommandLine& line, Options& options) {
  line.add_option("--model", &options.model, "the network: model.safetensors or folded.safetensors")
      .required()
      .rule(name_of("a file"))
      .value_name("FILE");
  line.add_option("--onnx", &options.onnx, "the file to write").required().rule(name_of("a file")).value_name("FILE");
  add_saved_network_options(line, options.network);
  line.add_flag("--fold", &options.fold, "fold a trained network first");
  line.add_option("--height", &options.height, "of the images, in pixels (default: from the file)")
      .rule(whole_number(1, 4096))
      .value_name("N");
  line.add_option("--width", &options.width, "of the images, in pixels (default: from the file)")
      .rule(whole_number(1, 4096))
      .value_name("N");
}

int export_model(const Options& options) {
  check_is_not_read("--onnx", options.onnx, options.model);
  check_can_write(options.onnx);
  SavedNetwork saved = load_network(options.model, options.network);
  if (options.fold) {
    check(saved.trained != nullptr, options.model.string(), ": is folded already; leave out --fold");
    saved.folded = saved.trained->fold();
    saved.trained.reset();
    saved.card.form = "folded";
  }
  const int64_t height = options.height.value_or(saved.card.image.height);
  const int64_t width = options.width.value_or(saved.card.image.width);
  const OnnxModel model = save_onnx(options.onnx, saved.vgg(), saved.card, height, width);

  std::cout << "network    " << network_title(saved.card.net, saved.card.reparam) << ", " << saved.card.form
            << " form\n"
            << "images     [N 3 " << height << " " << width << "], pixels from 0 to 255\n"
            << "logits     [N " << saved.card.classes.size() << "]\n"
            << "operators ";
  for (const auto& [op, count] : model.counts()) std::cout << " " << count << " " << op;
  std::cout << ", of set " << OnnxModel::kOperatorSet << "\nWritten: " << options.onnx.string() << '\n';
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Writes a saved network, in training or folded form, as an ONNX file.",
       "--model runs/train-mini/model.safetensors --onnx mini.onnx", "docs/files-and-photos.md"},
      [&](CommandLine& line) { add_options(line, options); },
      [&](const CommandLine&) { return export_model(options); });
}
