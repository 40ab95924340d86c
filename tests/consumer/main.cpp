// Uses every folder of the library through onefold::onefold, compiled with a consumer's own flags.
#include <cstdio>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "layers/models/repvgg.h"

#if defined(__AVX2__)
#error "the library's own flags have leaked to its consumer"
#endif

int main() {
  using namespace onefold;
  const DatasetSplits data = shapes10(1, 20, 10);
  DataLoader loader(data.train, {.batch_size = 10, .normalization = channel_normalization(data.train)});
  Initializer initializer(1);
  RepVgg network(repvgg_size("tiny"), 10, initializer);
  Sgd optimizer({{parameters(network), 0.05, 0}});
  loader.start_epoch(0);
  while (const auto batch = loader.next()) {
    optimizer.clear_grads();
    const Variable loss = softmax_cross_entropy(network(Variable(batch->images)), batch->labels);
    loss.backward();
    optimizer.step();
    std::printf("loss %.3f\n", static_cast<double>(loss.value().item()));
  }
  network.eval();
  std::printf("folded to %zu weights and biases\n", parameters(*network.fold()).size());
}
