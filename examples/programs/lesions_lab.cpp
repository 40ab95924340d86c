// Deletes and exchanges the blocks of trained networks: is a residual network an ensemble of shallow ones?
//
// Run     build/examples/lesions_lab --model runs/train-resnet20/model.safetensors --picture lesions.svg
//         build/examples/lesions_lab
// Time    two minutes for resnet20, 15 for resnet56, on two cores; without --model some minutes of training before
// Expect  a table per network: the test accuracy without each block, without k blocks, and with k pairs exchanged; for
//         one with shortcuts the gradients along paths of each length
// Page    docs/labs/lesions.md
//
// How a block is left out is in examples/labs/survey/lesions.h.

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "core/files/atomic_file.h"
#include "core/random.h"
#include "datasets/data_loader.h"
#include "examples/cli/options.h"
#include "examples/cli/progress.h"
#include "examples/cli/signals.h"
#include "examples/labs/survey/lesion_report.h"
#include "examples/labs/survey/short_training.h"

using namespace onefold;

namespace {

struct Settings {
  std::vector<std::filesystem::path> models;
  std::string net = "resnet20";      // to train, without --model
  std::string beside = "vgg_small";  // likewise
  ShortRecipe recipe;
  DataOptions data;
  int64_t draws = 5;  // of blocks to delete, of pairs to exchange, of paths
  std::optional<std::filesystem::path> picture;
};

constexpr int64_t kGradientImages = 32;
constexpr int64_t kBatch = 250;

void add_settings(CommandLine& line, Settings& settings) {
  line.group("Networks");
  line.add_option("--model", &settings.models, "a trained network to examine; may be given several times")
      .rule(name_of("a file"))
      .value_name("FILE");
  line.add_option("--net", &settings.net, "without --model: the network to train and examine")
      .rule(network_name())
      .value_name("NAME");
  line.add_option("--beside", &settings.beside, "likewise: the one to compare it with")
      .rule(network_name())
      .value_name("NAME");
  add_recipe_options(line, settings.recipe);
  line.group("Lesions");
  line.add_option("--draws", &settings.draws, "random choices of blocks, pairs and paths for each number of them")
      .rule(whole_number(1, 1000));
  add_picture_option(line, settings.picture, "the results");
  line.group("Data");
  add_data_options(line, settings.data);
  add_threads_option(line);
}

/// A network to examine, and its images.
struct Subject {
  std::string name;
  std::unique_ptr<Module> network;
  std::unique_ptr<BlockRow> row;
  Dataset test;
  ChannelNormalization normalization;
};

Subject make_subject(const std::string& name, std::unique_ptr<Module> network, const Dataset& test,
                     const ChannelNormalization& normalization) {
  auto* chain = dynamic_cast<Sequential*>(network.get());
  if (chain == nullptr) throw UsageError(name + " is no chain of blocks; name a ResNet or a VGG, such as resnet20");
  try {
    auto row = std::make_unique<BlockRow>(*chain);
    return {name, std::move(network), std::move(row), test, normalization};
  } catch (const Error& error) {
    throw UsageError(name + ": " + error.what());
  }
}

std::vector<Subject> load_models(const CommandLine& line, const Settings& settings) {
  for (const char* option : {"--net", "--beside", "--epochs", "--limit-train", "--lr", "--muon-rate"}) {
    if (line.count(option) > 0) throw UsageError(std::string(option) + " is for networks to train: leave out --model");
  }
  std::vector<Subject> subjects;
  for (const std::filesystem::path& model : settings.models) {
    SavedNetwork saved = load_network(model);
    subjects.push_back(make_subject(saved.card.net + " (" + model.string() + ")",
                                    std::move(saved.trained ? saved.trained : saved.folded),
                                    load_test_images(settings.data, saved.card), saved.card.normalization));
  }
  return subjects;
}

std::vector<Subject> train_networks(const Settings& settings) {
  const DataSource data = load_data(settings.data, settings.recipe);
  std::vector<Subject> subjects;
  for (const std::string& net : {settings.net, settings.beside}) {
    Initializer initializer(settings.recipe.seed);
    auto network = make_network(net, "repvgg", static_cast<int64_t>(data.splits.train.classes.size()), initializer);
    subjects.push_back(make_subject(net, std::move(network), data.splits.test, data.normalization));
  }
  for (Subject& subject : subjects) train_briefly(subject.name, *subject.network, data, settings.recipe.trainer());
  return subjects;
}

double accuracy(Subject& subject, const std::string& what) {
  ProgressBar bar(subject.name + ", " + what, subject.test.size());
  return evaluate(*subject.row, subject.test, subject.normalization, kBatch,
                  [&](int64_t images) {
                    bar.update(images);
                    stop_if_signalled();
                  })
      .accuracy();
}

/// The first `count` of n in a random order.
std::vector<int64_t> draw(int64_t n, int64_t count, int64_t number) {
  std::vector<int64_t> order = shuffled_order(n, 1, number);
  order.resize(static_cast<size_t>(count));
  return order;
}

void exchange_pairs(BlockRow& row, int64_t pairs, const Random& random) {
  for (int64_t done = 0, index = 0; done < pairs; index += 2) {
    const auto a = random.below(static_cast<uint64_t>(index), row.size());
    const auto b = random.below(static_cast<uint64_t>(index) + 1, row.size());
    if (!row.can_swap(a, b)) continue;
    std::swap(row.order[static_cast<size_t>(a)], row.order[static_cast<size_t>(b)]);
    ++done;
  }
}

LesionFindings examine(Subject& subject, const Settings& settings) {
  BlockRow& row = *subject.row;
  const int64_t n = row.size();
  LesionFindings found{.name = subject.name, .images = subject.test.size(), .whole = accuracy(subject, "whole")};
  const auto mean_accuracy = [&](LesionCurve& curve, int64_t k, const std::string& what, const auto& damage) {
    double sum = 0;
    for (int64_t i = 0; i < settings.draws; ++i) {
      damage(i);
      sum += accuracy(subject, what + " " + std::to_string(k));
      row.restore();
    }
    curve.x.push_back(static_cast<double>(k));
    curve.y.push_back(sum / static_cast<double>(settings.draws));
  };
  for (int64_t b = 0; b < n; ++b) {
    row.ways[static_cast<size_t>(b)] = Way::shortcut;
    found.without.push_back(accuracy(subject, "without block " + std::to_string(b + 1)));
    row.restore();
  }
  bool can_exchange = false;
  for (int64_t b = 1; b < n; ++b) can_exchange = can_exchange || row.can_swap(b - 1, b);
  for (int64_t k = 1; k < n; k *= 2) {
    mean_accuracy(found.deleted, k, "deleted", [&](int64_t i) {
      for (const int64_t b : draw(n, k, i)) row.ways[static_cast<size_t>(b)] = Way::shortcut;
    });
    if (!can_exchange) continue;
    mean_accuracy(found.exchanged, k, "pairs exchanged",
                  [&](int64_t i) { exchange_pairs(row, k, Random(1, static_cast<uint64_t>(i))); });
  }
  if (!row.is_residual()) return found;

  const Dataset few = first_images(subject.test, kGradientImages);
  const Tensor images = all_images(few, subject.normalization);
  ProgressBar bar(subject.name + ", paths", n + 1, "length");
  for (int64_t length = 0; length <= n; ++length) {
    double sum = 0;
    for (int64_t i = 0; i < settings.draws; ++i) {
      sum += path_gradient(row, images, few.labels, draw(n, length, i));
      stop_if_signalled();
    }
    found.gradients.push_back(sum / static_cast<double>(settings.draws));
    bar.update(length + 1);
  }
  return found;
}

int run(const CommandLine& line, const Settings& settings) {
  for (const std::filesystem::path& model : settings.models) {
    if (settings.picture) check_is_not_read("--picture", *settings.picture, model);
  }
  if (settings.picture) check_can_write(*settings.picture);
  catch_stop_signals();
  std::vector<Subject> subjects = settings.models.empty() ? train_networks(settings) : load_models(line, settings);
  std::vector<LesionFindings> findings;
  for (Subject& subject : subjects) {
    findings.push_back(examine(subject, settings));
    std::cout << lesion_tables(*subject.row, findings.back());
  }
  if (settings.picture) write_file_atomically(*settings.picture, lesion_picture(findings));
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  settings.data.limit_test = 2000;  // tells accuracies apart that differ by 2 points
  return run_program(
      argc, argv,
      {"Deletes and exchanges blocks of trained networks: is a residual network an ensemble of shallow ones?",
       "--model runs/train-resnet20/model.safetensors", "docs/labs/lesions.md"},
      [&](CommandLine& line) { add_settings(line, settings); },
      [&](const CommandLine& line) { return run(line, settings); });
}
