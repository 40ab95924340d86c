#include "examples/labs/survey/short_training.h"

#include <iostream>

#include "core/memory.h"
#include "examples/cli/format.h"
#include "examples/cli/options.h"
#include "examples/cli/progress.h"
#include "examples/cli/signals.h"
#include "examples/pictures/picture_file.h"

namespace onefold {

namespace {

constexpr int64_t kEvaluationBatch = 500;

}  // namespace

TrainerOptions ShortRecipe::trainer() const {
  return {.epochs = epochs,
          .batch_size = batch_size,
          .learning_rate = lr,
          .warmup_epochs = 0.5,
          .final_rate = 0.01,
          .muon_rate = muon_rate,
          .augment = standard_augmentation(),
          .seed = seed};
}

void add_recipe_options(CommandLine& line, ShortRecipe& recipe, const std::string& lr) {
  line.group("Training");
  line.add_option("--epochs", &recipe.epochs, "number of passes over the training images")
      .rule(whole_number(1, 100000));
  line.add_option("--limit-train", &recipe.limit_train, "use at most N training images (0 = all)")
      .rule(whole_number(0))
      .value_name("N");
  add_batch_size_option(line, recipe.batch_size, "images per step");
  line.add_option("--lr", &recipe.lr, lr).rule(real_number(0, 1000));
  line.add_option("--muon-rate", &recipe.muon_rate, "if above 0, train convolutions with Muon, at this maximum rate")
      .rule(real_number(0, 1000));
  add_seed_option(line, recipe.seed);
}

DataSource load_data(DataOptions options, const ShortRecipe& recipe) {
  options.limit_train = recipe.limit_train;
  return load_data(options);
}

ShortTraining train_briefly(const std::string& name, Module& network, const DataSource& data,
                            const TrainerOptions& options) {
  Trainer trainer(network, data.splits.train, data.normalization, options);
  ShortTraining result;
  while (trainer.position().epoch < options.epochs) {
    ProgressBar bar(
        name + ", epoch " + std::to_string(trainer.position().epoch + 1) + "/" + std::to_string(options.epochs),
        data.splits.train.size());
    trainer.train_epoch([&](const Position& now) {
      bar.update(now.images, "loss=" + fixed(now.loss(), 3));
      stop_if_signalled();
    });
    result.loss = trainer.position().loss();
    result.seconds_per_epoch += trainer.position().seconds / static_cast<double>(options.epochs);
    trainer.next_epoch();
  }
  result.test = evaluate(network, data.splits.test, data.normalization, kEvaluationBatch);
  release_pooled_memory();  // the next network has feature maps of other sizes
  std::cerr << name << ": test " << percent(result.test.accuracy(), 2) << ", loss " << fixed(result.loss, 3) << ", "
            << duration(result.seconds_per_epoch) << " per epoch\n";
  return result;
}

std::string charts_file(const std::string& title, const std::vector<std::string>& notes,
                        const std::vector<LineChart>& charts) {
  constexpr double kEdge = 24, kBetween = 20, kChartWidth = 440, kChartHeight = kPanelTitle + kChartWidth * 270 / 480;
  const double top = first_panel_top(notes);
  std::vector<Panel> panels;
  for (size_t i = 0; i < charts.size(); ++i) {
    const auto column = static_cast<double>(i % 2), row = static_cast<double>(i / 2);
    Panel panel{charts[i].title,
                line_chart(charts[i]),
                kEdge + column * (kChartWidth + kBetween),
                top + row * (kChartHeight + kBetween),
                kChartWidth,
                kChartHeight};
    for (const Series& line : charts[i].series) panel.keys.push_back(line.name);
    panels.push_back(panel);
  }
  const auto rows = static_cast<double>((charts.size() + 1) / 2);
  return picture_file(title, notes, 2 * (kEdge + kChartWidth) + kBetween, top + rows * (kChartHeight + kBetween),
                      panels);
}

}  // namespace onefold
