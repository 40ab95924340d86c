#pragma once

#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/ops/softmax.h"
#include "datasets/data_loader.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/families/weights/rep_optimizer.h"
#include "layers/module.h"
#include "layers/sequential.h"

// What the tests that train share.

namespace onefold {

/// A convolution, its batch norm and a ReLU, each a layer.
inline void add_conv_norm_relu(Sequential& network, const Conv2dOptions& options, Initializer& initializer) {
  network.add<Conv2d>(options, initializer);
  network.add<BatchNorm2d>(options.out);
  network.add<Relu>();
}

/// Weight decay for weights alone: batch norms and biases have a group without.
inline std::vector<ParameterGroup> parameter_groups(Module& network, double rate, double weight_decay) {
  ParameterGroup weights{{}, rate, weight_decay}, others{{}, rate, 0};
  for (const Variable& parameter : parameters(network)) {
    (parameter.shape().rank() > 1 ? weights : others).parameters.push_back(parameter);
  }
  return {weights, others};
}

/// Trains with SGD at this rate at the most: it rises for an epoch, then falls.
inline void train_network(Module& network, DataLoader& images, int64_t epochs, double rate, double smoothing = 0) {
  Sgd optimizer(parameter_groups(network, rate, 5e-4), {0.9, true});
  set_branch_scales(network, optimizer);
  const Schedule schedule = linear_warmup_decay(epochs * images.batches(), images.batches());
  int64_t step = 0;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    images.start_epoch(epoch);
    while (const auto batch = images.next()) {
      optimizer.clear_grads();
      softmax_cross_entropy(network(Variable(batch->images)), batch->labels, static_cast<Real>(smoothing)).backward();
      optimizer.step(schedule(step++));
    }
  }
}

struct Predictions {
  std::vector<int> classes;
  double accuracy = 0;
};

/// The class with the largest logit for every image, in the network's mode.
inline Predictions predict(Module& network, DataLoader& images) {
  const NoGrad no_grad;
  Predictions predictions;
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

}  // namespace onefold
