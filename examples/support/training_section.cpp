#include <cmath>

#include "examples/support/chart.h"
#include "examples/support/format.h"
#include "examples/support/report_sections.h"

namespace onefold {

namespace {

Series series(const std::string& name, const std::vector<EpochRow>& epochs, double EpochRow::*value) {
  Series result{name, {}, {}};
  for (const EpochRow& epoch : epochs) {
    result.x.push_back(epoch.epoch);
    result.y.push_back(epoch.*value);
  }
  return result;
}

double sum(const std::vector<EpochRow>& epochs, double EpochRow::*value) {
  double total = 0;
  for (const EpochRow& epoch : epochs) {
    if (std::isfinite(epoch.*value)) total += epoch.*value;
  }
  return total;
}

std::string sentence(const std::vector<EpochRow>& epochs) {
  const double training = sum(epochs, &EpochRow::train_seconds);
  const double waiting = sum(epochs, &EpochRow::loader_wait_seconds);
  std::string words = "Every epoch, then the whole test set: " + duration(training) + " of training and " +
                      duration(sum(epochs, &EpochRow::evaluation_seconds)) + " of testing in all";
  if (training > 0) words += "; " + percent(waiting / training) + " of the training time was spent waiting for images";
  return words + ".";
}

}  // namespace

Html training_section(const std::vector<EpochRow>& epochs) {
  const auto in_percent = [](double value) { return percent(value); };
  const auto in_seconds = [](double value) { return plain(value, 3) + " s"; };
  Html charts;
  charts += line_chart({.title = "Accuracy",
                        .x_label = "epoch",
                        .series = {series("test images", epochs, &EpochRow::test_accuracy),
                                   series("training images, as augmented", epochs, &EpochRow::train_accuracy)},
                        .y_text = in_percent,
                        .tick_text = [](double value) { return plain(100 * value) + " %"; }});
  charts += line_chart({.title = "Loss",
                        .x_label = "epoch",
                        .series = {series("test images", epochs, &EpochRow::test_loss),
                                   series("training images", epochs, &EpochRow::train_loss)},
                        .y_text = [](double value) { return fixed(value, 2); }});
  charts += line_chart({.title = "Learning rate at the end of the epoch",
                        .x_label = "epoch",
                        .series = {series("learning rate", epochs, &EpochRow::learning_rate)},
                        .y_text = [](double value) { return plain(value, 2); },
                        .from_zero = true});
  charts += line_chart({.title = "Time an epoch",
                        .x_label = "epoch",
                        .series = {series("training", epochs, &EpochRow::train_seconds),
                                   series("testing", epochs, &EpochRow::evaluation_seconds)},
                        .y_text = in_seconds,
                        .from_zero = true});

  Table numbers{.columns = {{"epoch"},
                            {"training loss", true},
                            {"training accuracy", true},
                            {"test loss", true},
                            {"test accuracy", true},
                            {"learning rate", true},
                            {"training", true},
                            {"of it waiting for images", true},
                            {"testing", true},
                            {"images a second", true}}};
  for (const EpochRow& epoch : epochs) {
    numbers.rows.push_back({plain(epoch.epoch), fixed(epoch.train_loss, 4), percent(epoch.train_accuracy, 2),
                            fixed(epoch.test_loss, 4), percent(epoch.test_accuracy, 2), plain(epoch.learning_rate),
                            duration(epoch.train_seconds), duration(epoch.loader_wait_seconds),
                            duration(epoch.evaluation_seconds), fixed(epoch.images_per_second, 0)});
  }
  const Html details = element("details", element("summary", "All numbers, epoch by epoch") + table(numbers));
  return section("Training", sentence(epochs), element("div", {{"class", "charts"}}, charts) + details);
}

}  // namespace onefold
