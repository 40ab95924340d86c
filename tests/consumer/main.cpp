// Uses every folder of the library, compiled with a consumer's own flags, beside a core/tensor.h of its own.
#include <cstdio>

#include "core/tensor.h"
#include "onefold/onefold.h"

#if defined(__AVX2__)
#error "the library's own flags have leaked to its consumer"
#endif
#if __has_include("core/shape.h") || __has_include("onefold/core/simd.h")
#error "more than the public headers is on the include path"
#endif

int main() {
  std::printf("onefold %s, kernels %s, a tensor of one's own of rank %d\n", ONEFOLD_VERSION, onefold::cpu_level(),
              Tensor().rank);
  const onefold::DatasetSplits data = onefold::shapes10(1, 20, 10);
  onefold::DataLoader loader(data.train,
                             {.batch_size = 10, .normalization = onefold::channel_normalization(data.train)});
  onefold::Initializer initializer(1);
  onefold::RepVgg network(onefold::repvgg_size("tiny"), 10, initializer);
  onefold::Sgd optimizer({{parameters(network), 0.05, 0}});
  loader.start_epoch(0);
  while (const auto batch = loader.next()) {
    optimizer.clear_grads();
    const onefold::Variable loss = softmax_cross_entropy(network(onefold::Variable(batch->images)), batch->labels);
    loss.backward();
    optimizer.step();
    std::printf("loss %.3f\n", static_cast<double>(loss.value().item()));
  }
  network.eval();
  std::printf("folded to %zu weights and biases\n", parameters(*network.fold()).size());
}
