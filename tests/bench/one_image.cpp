// The convolutions of folded networks on one image: what each takes by every algorithm, and as the library chooses.
//
//   build/tests/bench/one_image     a table for a page of documentation; with nothing else on the machine
//
// im2col is what all of them took before Winograd was used for few tiles. A layer that a network has several times is
// timed with as many different weights, so that they come from as far away as in the network.

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <optional>

#include "core/conv/conv2d.h"
#include "core/random.h"
#include "layers/models/vgg.h"

namespace onefold {

namespace {

struct Layer {
  int64_t side, C, K, stride, times;
};
/// The layers of a RepVGG, which halves its images at the start of each stage after the first two.
std::vector<Layer> layers_of(const RepVggSize& size) {
  std::vector<Layer> layers;
  int64_t side = 32, channels = 3;
  for (size_t stage = 0; stage < size.widths.size(); ++stage) {
    const int64_t width = size.widths[stage], stride = stage >= 2 ? 2 : 1;
    for (int64_t block = 0; block < size.depths[stage]; ++block) {
      const Layer layer{side, channels, width, block == 0 ? stride : 1, 1};
      const bool again = !layers.empty() && layers.back().side == side && layers.back().C == layer.C &&
                         layers.back().K == width && layers.back().stride == layer.stride;
      again ? void(++layers.back().times) : layers.push_back(layer);
      side /= layer.stride;
      channels = width;
    }
  }
  return layers;
}

/// Microseconds per layer, which nine of ten rounds exceed; nothing if the algorithm does not apply.
std::optional<double> microseconds(const Layer& layer, ConvAlgorithm algorithm, int rounds = 301) {
  const Tensor x = random_normal({1, layer.side, layer.side, layer.C}, Random(0, 0));
  const Tensor bias = Tensor::zeros({layer.K});
  std::vector<Tensor> weights;
  for (int64_t i = 0; i < layer.times; ++i) {
    weights.push_back(random_normal({3, 3, layer.C, layer.K}, Random(0, static_cast<uint64_t>(i) + 1)));
  }
  Conv2dArgs args = conv2d_args(layer.stride, 1);
  args.algorithm = algorithm;
  if (!supports(algorithm, ConvGeometry(x.shape(), weights[0].shape(), args))) return std::nullopt;

  std::vector<PackedWeights> packed(weights.size());
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = 0; i < weights.size(); ++i) {
      conv2d(x, weights[i], args, bias, Activation::relu, &packed[i]);
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count() / static_cast<double>(layer.times));
  }
  std::nth_element(times.begin(), times.begin() + rounds / 10, times.end());
  return times[static_cast<size_t>(rounds / 10)];
}

void print_table() {
  constexpr ConvAlgorithm kColumns[] = {ConvAlgorithm::im2col, ConvAlgorithm::winograd2, ConvAlgorithm::winograd4,
                                        ConvAlgorithm::winograd4_stride2};
  std::cout << "| network | layer | times | im2col | F(2x2) | F(4x4) | F(4x4), stride 2 | as chosen |\n"
            << "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            << std::fixed << std::setprecision(0);
  for (const std::string name : {"mini", "S", "A0"}) {
    double before = 0, now = 0;
    for (const Layer& layer : layers_of(repvgg_size(name))) {
      std::cout << "| " << name << " | " << layer.C << " -> " << layer.K << " at " << layer.side << "x" << layer.side
                << (layer.stride == 2 ? ", stride 2" : "") << " | " << layer.times;
      for (const ConvAlgorithm algorithm : kColumns) {
        const std::optional<double> time = microseconds(layer, algorithm);
        if (algorithm == ConvAlgorithm::im2col) before += *time * static_cast<double>(layer.times);
        std::cout << " | ";
        time ? std::cout << *time : std::cout << "-";
      }
      const double chosen = *microseconds(layer, ConvAlgorithm::automatic);
      now += chosen * static_cast<double>(layer.times);
      std::cout << " | " << chosen << " |" << std::endl;
    }
    std::cout << "| " << name << " | all | | " << before << " | | | | " << now << " |" << std::endl;
  }
}

}  // namespace

}  // namespace onefold

int main() { onefold::print_table(); }
