#include "examples/training/evaluation.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <sstream>

#include "autograd/variable.h"
#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/ops/softmax.h"
#include "datasets/data_loader.h"
#include "examples/cli/ranks.h"

namespace onefold {

namespace {

Tensor mean_logits(Module& network, const Tensor& images, const std::vector<View>& views) {
  if (views.size() == 1) return network(Variable(images)).value();
  Tensor mean;
  for (const View& view : views) {
    const Tensor logits = network(Variable(varied(images, view.variation))).value();
    const auto weight = static_cast<Real>(view.weight);
    mean = mean.defined() ? add_scaled(mean, weight, logits) : scale(logits, weight);
  }
  return mean;
}

}  // namespace

Evaluation evaluate(Module& network, const Dataset& dataset, const ChannelNormalization& normalization,
                    int64_t batch_size, const AfterBatch& after_batch, int64_t views) {
  const auto start = std::chrono::steady_clock::now();
  const EvaluationMode evaluation_mode(network);
  const NoGrad no_grad;
  const auto classes = static_cast<int64_t>(dataset.classes.size());
  DataLoader loader(dataset,
                    {.batch_size = batch_size, .normalization = normalization, .first = rank(), .every = ranks()});
  loader.start_epoch(0);

  // A rank finds the logits and the loss of every ranks()-th batch, and leaves zero elsewhere.
  Evaluation result;
  result.logits = Tensor::zeros({dataset.size(), classes});
  std::vector<Real> losses(static_cast<size_t>(loader.batches()));
  int64_t done = 0;
  for (int64_t b = rank(); done < dataset.size(); b += ranks()) {
    if (const auto batch = loader.next()) {
      const Tensor logits = mean_logits(network, batch->images, test_views(views));  // [N, classes]
      const auto count = static_cast<int64_t>(batch->labels.size());
      check(logits.shape() == Shape({count, classes}), "evaluate: the network gives ", logits.shape(), " for ", count,
            " images of ", classes, " classes");
      std::copy_n(logits.data(), logits.size(), result.logits.data() + b * batch_size * classes);
      losses[static_cast<size_t>(b)] = softmax_cross_entropy_forward(logits, batch->labels, 0).loss;
    }
    done = std::min(done + ranks() * batch_size, dataset.size());
    if (after_batch) after_batch(done);
  }
  share_with_ranks(result.logits.data(), result.logits.size());
  share_with_ranks(losses.data(), loader.batches());

  result.matrix.assign(dataset.classes.size(), std::vector<int64_t>(dataset.classes.size()));
  const std::vector<int> predictions = argmax_rows(result.logits);
  for (size_t i = 0; i < predictions.size(); ++i) {
    result.matrix[static_cast<size_t>(dataset.labels[i])][static_cast<size_t>(predictions[i])] += 1;
    result.correct += predictions[i] == dataset.labels[i] ? 1 : 0;
  }
  double loss_sum = 0;
  for (int64_t b = 0; b < loader.batches(); ++b) {
    const int64_t count = std::min(batch_size, dataset.size() - b * batch_size);
    loss_sum += static_cast<double>(losses[static_cast<size_t>(b)]) * static_cast<double>(count);
  }
  result.loss = loss_sum / static_cast<double>(dataset.size());
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

std::string confusion_table(const Evaluation& evaluation, const std::vector<std::string>& classes) {
  constexpr int kColumn = 8;
  const std::string corner = "true \\ predicted";
  size_t widest = corner.size();
  for (const std::string& name : classes) widest = std::max(widest, name.size());
  const int first_column = static_cast<int>(widest);

  // Columns show the beginning of a name, rows the full name.
  std::ostringstream table;
  table << std::fixed << std::setprecision(1) << std::setw(first_column) << corner;
  for (const std::string& name : classes) table << std::setw(kColumn) << name.substr(0, kColumn - 1);
  table << std::setw(kColumn + 2) << "accuracy" << '\n';

  for (size_t label = 0; label < classes.size(); ++label) {
    const std::vector<int64_t>& row = evaluation.matrix[label];
    int64_t images = 0;
    table << std::setw(first_column) << classes[label];
    for (const int64_t count : row) {
      table << std::setw(kColumn) << count;
      images += count;
    }
    if (images == 0) {
      table << std::setw(kColumn + 2) << "-" << '\n';
    } else {
      const double accuracy = 100 * static_cast<double>(row[label]) / static_cast<double>(images);
      table << std::setw(kColumn) << accuracy << " %\n";
    }
  }
  return table.str();
}

}  // namespace onefold
