#include "autograd/ops.h"
#include "autograd/schedule.h"
#include "core/softmax.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/reparam/expand_linear.h"
#include "layers/sequential.h"
#include "tests/catch.h"
#include "tests/layers/weight_families.h"
#include "tests/training.h"

using namespace onefold;
using namespace onefold::testing;

namespace {

/// Three blocks of the family, each of which halves the map; a head that is expanded in its turn.
void build(Sequential& network, const WeightFamily& family, Initializer& initializer) {
  network.append(weight_block(family, 3, 16, 2, 1, initializer));
  network.append(weight_block(family, 16, 32, 2, 1, initializer));
  network.append(weight_block(family, 32, 32, 2, 2, initializer));
  network.add<GlobalAvgPool>();
  network.add<ExpandLinear>(32, 10, initializer, 2);
}

std::vector<int> predict(Module& network, DataLoader& images, double* accuracy) {
  const NoGrad no_grad;
  std::vector<int> all;
  int64_t right = 0;
  images.start_epoch(0);
  while (const auto batch = images.next()) {
    const std::vector<int> classes = argmax_rows(network(Variable(batch->images)).value());
    for (size_t i = 0; i < classes.size(); ++i) right += classes[i] == batch->labels[i];
    all.insert(all.end(), classes.begin(), classes.end());
  }
  if (accuracy != nullptr) *accuracy = static_cast<double>(right) / static_cast<double>(all.size());
  return all;
}

}  // namespace

// Some 5 s a family on one core; the label "long" keeps it out of the builds with sanitizers.
TEST_CASE("training: each family that re-parameterizes weights learns Shapes10, and folded predicts the same",
          "[.long]") {
  const DatasetSplits data = shapes10(1, 3000, 500);
  const ChannelNormalization normalization = channel_normalization(data.train);
  DataLoader train(data.train, {.batch_size = 50, .shuffle = true, .normalization = normalization, .seed = 1});
  DataLoader test(data.test, {.batch_size = 100, .normalization = normalization});
  for (const WeightFamily& family : weight_families()) {
    Initializer initializer(1);
    Sequential network;
    build(network, family, initializer);
    Sgd optimizer(parameter_groups(network, 0.1, 5e-4), {0.9, true});
    set_branch_scales(network, optimizer);
    const int64_t epochs = 8;
    const Schedule schedule = linear_warmup_decay(epochs * train.batches(), train.batches());
    int64_t step = 0;
    for (int64_t epoch = 0; epoch < epochs; ++epoch) {
      train.start_epoch(epoch);
      while (const auto batch = train.next()) {
        optimizer.clear_grads();
        softmax_cross_entropy(network(Variable(batch->images)), batch->labels).backward();
        optimizer.step(schedule(step++));
      }
    }
    network.eval();
    double accuracy = 0;
    const std::vector<int> trained = predict(network, test, &accuracy);
    CAPTURE(family.name, accuracy);
    CHECK(accuracy >= 0.5);  // one in ten by chance
    CHECK(predict(*network.fold(), test, nullptr) == trained);
  }
}
