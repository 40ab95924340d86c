#include "autograd/schedule.h"
#include "core/softmax.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "layers/models/repvgg.h"
#include "tests/catch.h"
#include "tests/training.h"

using namespace onefold;

namespace {

struct Predictions {
  std::vector<int> classes;
  double accuracy;
};

Predictions predict(Module& network, DataLoader& images) {
  const NoGrad no_grad;
  Predictions predictions{{}, 0};
  int64_t right = 0;
  images.start_epoch(0);
  while (const auto batch = images.next()) {
    const std::vector<int> classes = argmax_rows(network(Variable(batch->images)).value());
    for (size_t i = 0; i < classes.size(); ++i) right += classes[i] == batch->labels[i];
    predictions.classes.insert(predictions.classes.end(), classes.begin(), classes.end());
  }
  predictions.accuracy = static_cast<double>(right) / static_cast<double>(predictions.classes.size());
  return predictions;
}

}  // namespace

// About 20 s on two cores; the label "long" keeps it out of the builds with sanitizers.
TEST_CASE("training: a tiny RepVGG reaches 90 % of Shapes10, and folded predicts the same", "[.long]") {
  const DatasetSplits data = shapes10(1, 5000, 1000);
  const ChannelNormalization normalization = channel_normalization(data.train);
  DataLoader train(data.train, {.batch_size = 100, .shuffle = true, .normalization = normalization, .seed = 1});
  DataLoader test(data.test, {.batch_size = 100, .normalization = normalization});

  Initializer initializer(1);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  Sgd optimizer(parameter_groups(network, 0.1, 5e-4), {0.9, true});
  const int64_t epochs = 5;
  const Schedule schedule = linear_warmup_decay(epochs * train.batches(), train.batches());
  int64_t step = 0;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    train.start_epoch(epoch);
    while (const auto batch = train.next()) {
      optimizer.clear_grads();
      softmax_cross_entropy(network(Variable(batch->images)), batch->labels, Real(0.1)).backward();
      optimizer.step(schedule(step++));
    }
  }

  network.eval();
  const Predictions trained = predict(network, test);
  const Predictions folded = predict(*network.fold(), test);
  CHECK(trained.accuracy >= 0.90);
  CHECK(folded.classes == trained.classes);
}
