#include <algorithm>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/ops/softmax.h"
#include "core/random.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "tests/catch.h"
#include "tests/training.h"

using namespace onefold;

// What docs/06-batch-norm-two-faces.md says of batches of one class, with the network and the images of its lesson.

namespace {

struct Images {
  Tensor pixels;  // noisy, of 4x4 pixels
  std::vector<int> labels;
};

/// Dark and bright images in turns; or all of the class `only`.
Images images(int64_t N, uint64_t stream, int only = -1) {
  Images images{random_normal({N, 4, 4, 1}, Random(7, stream)), {}};
  for (int64_t n = 0; n < N; ++n) {
    const int label = only >= 0 ? only : static_cast<int>(n % 2);
    images.labels.push_back(label);
    for (int64_t i = 0; i < 16; ++i) images.pixels[n * 16 + i] += label == 1 ? Real(0.7) : Real(-0.7);
  }
  return images;
}

enum class Batches { mixed, of_one_class };

/// The accuracy in evaluation mode after 200 steps, for six draws of the first weights, sorted.
std::vector<double> six_accuracies(Batches batches, int64_t padding) {
  std::vector<double> accuracies;
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    Initializer initializer(seed);
    Sequential network;
    add_conv_norm_relu(network, {.in = 1, .out = 8, .args = conv2d_args(1, padding)}, initializer);
    network.add<GlobalAvgPool>();
    network.add<Linear>(8, 2, initializer);
    Sgd optimizer({{parameters(network), /*rate=*/0.1, /*weight_decay=*/0}}, {.momentum = 0.9});
    for (uint64_t step = 0; step < 200; ++step) {
      const int only = batches == Batches::mixed ? -1 : static_cast<int>(step % 2);
      const Images batch = images(64, step, only);
      const Variable loss = softmax_cross_entropy(network(Variable(batch.pixels)), batch.labels);
      optimizer.clear_grads();
      loss.backward();
      optimizer.step();
    }
    network.eval();
    const NoGrad no_grad;
    const Images test = images(1000, 1000);
    const std::vector<int> answers = argmax_rows(network(Variable(test.pixels)).value());
    int right = 0;
    for (size_t i = 0; i < answers.size(); ++i) right += answers[i] == test.labels[i];
    accuracies.push_back(right / 10.0);
  }
  std::sort(accuracies.begin(), accuracies.end());
  return accuracies;
}

}  // namespace

TEST_CASE("BatchNorm2d: from batches of one class a network learns little, and that from the border", "[layers]") {
  CHECK(six_accuracies(Batches::mixed, 1).front() > 99);
  const std::vector<double> padded = six_accuracies(Batches::of_one_class, 1);
  CAPTURE(padded);
  CHECK(padded.front() < 70);
  CHECK(padded.back() > 80);
  const std::vector<double> cropped = six_accuracies(Batches::of_one_class, 0);
  CAPTURE(cropped);
  CHECK(cropped.back() < 80);
}
