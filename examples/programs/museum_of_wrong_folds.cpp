// The classic folding mistakes, each made on purpose: how wrong it is, where, and what it costs a trained network.
//
// Run     build/examples/museum_of_wrong_folds
//         build/examples/museum_of_wrong_folds --model runs/train-mini/model.safetensors
// Time    immediate; with a model half a minute
// Expect  a table of errors inside a feature map and on its border, next to those of the right fold; why each mistake
//         is one; with a model the accuracy that each costs on the test images
// Page    docs/14-wrong-folds.md
//
// The mistakes are in examples/labs/wrong_folds.cpp, the right folds in layers/fold/kernel.cpp.

#include <filesystem>
#include <iostream>
#include <optional>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "core/ops/softmax.h"
#include "datasets/data_loader.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/program.h"
#include "examples/cli/progress.h"
#include "examples/labs/wrong_fold_museum.h"
#include "examples/training/data_source.h"
#include "examples/training/memory_estimate.h"
#include "examples/training/networks.h"

using namespace onefold;

namespace {

struct Settings {
  std::optional<std::filesystem::path> model;    // none: only random blocks
  std::optional<std::filesystem::path> picture;  // none: no picture
  NetworkOptions network;                        // by default from the file
  DataOptions data;
  int64_t batch_size = 128;
  int64_t last_batch = 16;  // images that give the mistake "training mode" its statistics
  uint64_t seed = 1;
};

void add_settings(CommandLine& line, Settings& settings) {
  line.add_option("--model", &settings.model, "a trained network of repvgg or dbb blocks in which to make the mistakes")
      .rule(name_of("a file"))
      .value_name("FILE");
  add_picture_option(line, settings.picture, "the errors as heat maps");
  add_saved_network_options(line, settings.network);
  add_data_options(line, settings.data);
  add_batch_size_option(line, settings.batch_size, "test images per batch");
  line.add_option("--last-batch", &settings.last_batch, "images that give training mode its statistics")
      .rule(whole_number(2, 1024));
  add_seed_option(line, settings.seed);
  add_threads_option(line);
}

void print_errors(const std::vector<WrongFold>& mistakes) {
  std::cout << "Random blocks of 8 channels, feature maps of 12x12: maximum errors\n\n"
            << text_table(errors_table(mistakes)) << "\nWhy\n\n";
  for (const WrongFold& mistake : mistakes) std::cout << mistake.name << "\n  " << mistake.why << '\n';
}

Evaluation evaluate_network(const std::string& name, Module& network, const Dataset& test, const Settings& settings,
                            const ModelCard& card) {
  ProgressBar bar(name, test.size());
  return evaluate(network, test, card.normalization, settings.batch_size, [&](int64_t images) { bar.update(images); });
}

int64_t count_changed(const Evaluation& a, const Evaluation& b) {
  const std::vector<int> before = argmax_rows(a.logits), after = argmax_rows(b.logits);
  int64_t changed = 0;
  for (size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i] ? 1 : 0;
  return changed;
}

struct BothForms {
  SavedNetwork saved;  // as it was trained
  std::unique_ptr<PlainVgg> folded;
};

/// A trained network whose blocks can have one of these mistakes.
BothForms load_and_fold(const Settings& settings) {
  SavedNetwork saved = load_network(*settings.model, settings.network);
  check(saved.trained != nullptr, settings.model->string(),
        ": is folded already; name the trained network it came from, model.safetensors in the same folder");
  const Vgg& network = saved.vgg();
  const std::string& family = saved.card.reparam;
  check(family == "repvgg" || family == "dbb", settings.model->string(), ": has blocks of family ", family,
        ", but the mistakes here are those of repvgg and dbb; name a network that was trained with one of these");
  std::unique_ptr<PlainVgg> folded = network.fold_network();
  return {std::move(saved), std::move(folded)};
}

void damage_network(const std::vector<WrongFold>& mistakes, const BothForms& forms, const Dataset& test,
                    const Settings& settings) {
  const SavedNetwork& saved = forms.saved;
  check_inference_fits(*saved.trained, batch_shape(test, settings.batch_size));
  const Tensor images = all_images(first_images(test, settings.last_batch), saved.card.normalization);

  const Evaluation trained = evaluate_network("trained", *saved.trained, test, settings, saved.card);
  const Evaluation right = evaluate_network("folded", *forms.folded, test, settings, saved.card);
  std::vector<NetworkDamage> damages;
  for (const WrongFold& mistake : mistakes) {
    WrongNetwork wrong = fold_wrongly(saved.vgg(), mistake, images);
    if (wrong.damage.wrong_blocks == 0) continue;
    const Evaluation evaluation = evaluate_network(mistake.name, *wrong.folded, test, settings, saved.card);
    wrong.damage.changed = count_changed(trained, evaluation);
    wrong.damage.accuracy = evaluation.accuracy();
    damages.push_back(wrong.damage);
  }
  std::cout << "\nRepVGG " << saved.card.net << ", blocks of family " << saved.card.reparam << ", from "
            << settings.model->string() << ", tested on " << test.name << ", " << grouped(test.size()) << " images\n\n"
            << "trained  " << percent(trained.accuracy(), 2) << '\n'
            << "folded   " << percent(right.accuracy(), 2) << ", " << count_changed(trained, right)
            << " predictions changed\n\n"
            << text_table(damage_table(damages, right.accuracy()));
}

int run(const CommandLine& line, const Settings& settings) {
  for (const std::string option : {"--data-dir", "--dataset", "--limit-test", "--net", "--mean", "--std"}) {
    if (!settings.model && line.count(option) > 0) {
      throw UsageError(option + ": random blocks need no data; also name a trained network with --model");
    }
  }
  if (settings.picture && settings.model) check_is_not_read("--picture", *settings.picture, *settings.model);
  // Report errors in the model, its data or the picture's place before anything is printed.
  std::optional<BothForms> forms;
  Dataset test;
  if (settings.model) {
    forms = load_and_fold(settings);
    test = load_test_images(settings.data, forms->saved.card);
  }
  if (settings.picture) check_can_write(*settings.picture);
  const std::vector<WrongFold> mistakes = wrong_folds(settings.seed);
  print_errors(mistakes);
  if (settings.picture) write_file_atomically(*settings.picture, museum_picture(mistakes));
  if (forms) damage_network(mistakes, *forms, test, settings);
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  return run_program(
      argc, argv,
      {"Folds wrongly on purpose: the classic mistakes, how large each error is, and where it is.",
       "--model runs/train-mini/model.safetensors", "docs/14-wrong-folds.md"},
      [&](CommandLine& line) { add_settings(line, settings); },
      [&](const CommandLine& line) { return run(line, settings); });
}
