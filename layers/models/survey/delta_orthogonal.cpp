// Delta-orthogonal plain networks. Xiao, Bahri, Sohl-Dickstein, Schoenholz, Pennington: "Dynamical Isometry and a Mean
// Field Theory of CNNs: How to Train 10,000-Layer Vanilla Convolutional Neural Networks", ICML 2018, section 3 and
// algorithm 2.
//
// Their one idea: a kernel that is an orthogonal matrix at its centre and zero elsewhere keeps the length of every
// image and of every gradient, so that depth alone neither explodes nor vanishes. No batch norm, no shortcut.
//
// [drawing]
//     x -- circular padding -- 3x3 -- tanh --
// [/drawing]
//
// Its first three layers halve the image twice; all others see 8 x 8 pixels. Train it with SGD and a small rate:
// --muon-rate 0 --lr 0.02.

#include <algorithm>

#include "core/annex/orthogonal.h"
#include "core/check.h"
#include "layers/conv2d.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/survey.h"

namespace onefold {

namespace {

constexpr int64_t kWidth = 64;

void orthogonal_conv(Chain& net, int64_t stride) {
  const Kernel kernel{delta_orthogonal_kernel({3, 3, net.channels(), kWidth}, net.initializer()),
                      Tensor::zeros({kWidth})};
  net.append(std::make_unique<PadCircular>(1), net.channels());
  net.append(std::make_unique<Conv2d>(kernel, conv2d_args(stride, 0, 1)), kWidth);
  net.act(Curve::tanh);
}

}  // namespace

// [kernel]
Tensor delta_orthogonal_kernel(const Shape& shape, Initializer& initializer) {
  check(shape.rank() == 4 && shape[0] % 2 == 1 && shape[1] % 2 == 1, "delta_orthogonal: a kernel ", shape,
        "; expected [R S C K] with odd R and S, so that there is a tap in the centre");
  const Tensor turn = random_orthogonal(shape[2], shape[3], initializer.next());
  Tensor weight = Tensor::zeros(shape);
  std::copy_n(turn.data(), turn.size(), weight.data() + shape[0] * shape[1] / 2 * turn.size());
  return weight;
}
// [/kernel]

std::unique_ptr<Sequential> delta_orthogonal(int64_t depth, int64_t classes, Initializer& initializer) {
  check(depth >= 4 && depth <= 10000, "delta_orthogonal: got ", depth, " layers, expected 4 to 10000");
  Chain net(3, initializer);
  for (int64_t i = 0; i + 1 < depth; ++i) orthogonal_conv(net, i == 1 || i == 2 ? 2 : 1);
  return net.classify(classes).done();
}

}  // namespace onefold
