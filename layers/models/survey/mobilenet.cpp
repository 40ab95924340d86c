// MobileNet. Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto, Adam: "MobileNets: Efficient Convolutional
// Neural Networks for Mobile Vision Applications", 2017, sections 3.1 to 3.4.
//
// Its one idea: a 3x3 convolution does two things at once. Split into one that looks around, each channel by itself,
// and one that mixes the channels of each pixel, it costs 1 / K + 1 / 9 of its multiply-adds for K output channels.
//
// [drawing]
//     x -- 3x3 depthwise -- BN -- ReLU -- 1x1 -- BN -- ReLU --
// [/drawing]
//
// Two multipliers make a family of it: `width` thins every layer, `side` shrinks the images and so every feature map.
// Each saves by its square.

#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

struct Separable {
  int64_t width, stride = 1;
};

/// Table 1; its stem alone does not halve the image, since images of 32 x 32 have no pixels to spare.
constexpr Separable kLayers[] = {{64},  {128, 2}, {128}, {256, 2}, {256},     {512, 2}, {512},
                                 {512}, {512},    {512}, {512},    {1024, 2}, {1024}};

}  // namespace

std::unique_ptr<Sequential> mobilenet(double width, int64_t side, int64_t classes, Initializer& initializer) {
  const auto thin = [&](int64_t channels) { return scaled_channels("mobilenet", width, channels); };
  Chain net(3, initializer);
  if (side != 32) net.resize(side);
  net.conv(3, thin(32)).norm().relu();
  // [block]
  for (const Separable& layer : kLayers) {
    net.depthwise(3, layer.stride).norm().relu();
    net.conv(1, thin(layer.width)).norm().relu();
  }
  // [/block]
  return net.classify(classes).done();
}

}  // namespace onefold
