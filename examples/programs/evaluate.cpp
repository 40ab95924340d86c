// Tests a saved network, in training or folded form: accuracy, confusion matrix, accuracy per class.
//
// Run     build/examples/evaluate --model runs/train-mini/model.safetensors
// Time    a few seconds
// Expect  the accuracy that the training ended with, and a table with a row per class

#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>

#include "core/files/atomic_file.h"
#include "core/files/safetensors.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/training/data_source.h"
#include "examples/training/evaluation.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"

using namespace onefold;

namespace {

struct Options {
  std::string model;
  NetworkOptions network;    // by default from the file
  DataOptions data;          // by default from the file
  int64_t batch_size = 256;  // small enough for any machine, large enough to be fast
  int64_t views = 1;         // more views are more accurate, at that many times the work
  std::string logits;
  std::string pixels;
};

void add_options(CommandLine& line, Options& options) {
  line.add_option("--model", &options.model, "the network: model.safetensors or folded.safetensors")
      .required()
      .rule(name_of("a file"))
      .value_name("FILE");
  add_saved_network_options(line, options.network);
  add_data_options(line, options.data);
  add_batch_size_option(line, options.batch_size, "images at a time");
  add_views_option(line, options.views, "views per image");
  add_threads_option(line);
  line.add_option("--logits", &options.logits, "write the logits [N, classes] to this .safetensors file")
      .rule(name_of("a file"))
      .value_name("FILE");
  line.add_option("--pixels", &options.pixels,
                  "write the images [N, 3, H, W], pixels from 0 to 255, to this .safetensors file: what an exported "
                  "network gets")
      .rule(name_of("a file"))
      .value_name("FILE");
}

/// The images as other runtimes take them: channels first.
Tensor planes_of(const Dataset& images) {
  const int64_t N = images.size(), C = images.channels, area = images.height * images.width;
  Tensor planes({N, C, images.height, images.width});
  for (int64_t i = 0; i < planes.size(); ++i) {
    const int64_t n = i / (C * area), c = i / area % C, place = i % area;
    planes[i] = images.pixels[static_cast<size_t>((n * area + place) * C + c)];
  }
  return planes;
}

int evaluate_model(const Options& options) {
  check_is_not_read("--logits", options.logits, options.model);
  check_is_not_read("--pixels", options.pixels, options.model);
  for (const std::string& file : {options.logits, options.pixels}) {
    if (!file.empty()) check_can_write(file);
  }
  if (!options.logits.empty() && options.logits == options.pixels) {
    throw UsageError("--logits and --pixels both name " + options.logits + "; name two files");
  }
  const SavedNetwork saved = load_network(options.model, options.network);
  const Dataset test = load_test_images(options.data, saved.card);
  check_inference_fits(saved.network(), batch_shape(test, options.batch_size));

  ProgressBar bar("test", test.size());
  const Evaluation evaluation = evaluate(
      saved.network(), test, saved.card.normalization, options.batch_size, [&](int64_t images) { bar.update(images); },
      options.views);
  if (!std::isfinite(evaluation.loss)) {
    throw NonFiniteLoss(options.model +
                        ": its loss on the test images is not finite: the training diverged or "
                        "the file is damaged, take an earlier state");
  }
  if (!options.logits.empty()) save_safetensors(options.logits, {{{"logits", evaluation.logits}}, {}});
  if (!options.pixels.empty()) save_safetensors(options.pixels, {{{"pixels", planes_of(test)}}, {}});

  std::cout << "network   " << network_title(saved.card.net, saved.card.reparam) << ", " << saved.card.form << " form\n"
            << "images    " << test.name << ", " << grouped(test.size()) << " test images\n"
            << "accuracy  " << percent(evaluation.accuracy(), 2) << ", " << grouped(evaluation.correct) << " right\n"
            << "loss      " << fixed(evaluation.loss, 4) << "\n\n"
            << confusion_table(evaluation, test.classes);
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return run_program(
      argc, argv,
      {"Tests a saved network: accuracy, confusion matrix, accuracy per class.",
       "--model runs/train-mini/model.safetensors", "docs/09-the-training-loop.md"},
      [&](CommandLine& line) { add_options(line, options); },
      [&](const CommandLine&) { return evaluate_model(options); });
}
