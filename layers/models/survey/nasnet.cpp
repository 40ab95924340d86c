// NASNet-A for CIFAR-10. Zoph, Vasudevan, Shlens, Le: "Learning Transferable Architectures for Scalable Image
// Recognition", CVPR 2018, section 3 and figures 2 and 4. PNASNet-5: Liu et al., "Progressive Neural Architecture
// Search", ECCV 2018, figure 1. AmoebaNet-A: Real, Aggarwal, Huang, Le: "Regularized Evolution for Image Classifier
// Architecture Search", AAAI 2019, figure 5.
//
// Its one idea: let a search find a small cell on small images, then stack it as often as one can afford.
//
// [drawing]
//     cell before the last --(1x1)-- 0 --+-- sep5 --(+)-- 2 --...--(concat)--      NASNet-A's first block:
//     last cell -------------(1x1)-- 1 --+-- sep3 --/                              "sep5 1 + sep3 0"
// [/drawing]
//
//     sep5: ReLU -- depthwise 5x5 -- 1x1 -- BN, twice. A cell sees the two before it, brought to its width by ReLU --
//     1x1 -- BN, or, if a reduction cell lies between, by a factorised reduction: half of the channels from the even
//     pixels, half from the odd ones, so that no pixel is lost.

#include <algorithm>

#include "autograd/annex/survey_ops.h"
#include "core/check.h"
#include "layers/conv2d.h"
#include "layers/fold/fold_error.h"
#include "layers/models/survey/chain.h"
#include "layers/models/survey/genotype.h"
#include "layers/models/survey/layer_graph.h"
#include "layers/models/survey/survey.h"

namespace onefold {

// [genotypes]
const char* const kNasNetA =
    "sep5 1 + sep3 0, sep5 0 + sep3 0, avg3 1 + skip 0, avg3 0 + avg3 0, sep3 1 + skip 1 / "
    "sep5 1 + sep7 0, max3 1 + sep7 0, avg3 1 + sep5 0, skip 3 + avg3 2, sep3 2 + max3 1";
const char* const kPnasNet5 =
    "sep5 0 + max3 0, sep7 1 + max3 1, sep5 1 + sep3 1, sep3 4 + max3 1, sep3 0 + skip 1; 2 3 4 5 6";
const char* const kAmoebaNetA =
    "avg3 0 + max3 1, sep3 0 + sep5 2, sep3 0 + avg3 3, sep3 1 + skip 1, skip 0 + avg3 1 / "
    "avg3 0 + sep3 1, max3 0 + sep7 2, sep7 0 + avg3 1, max3 0 + max3 1, conv7 0 + sep3 5";
// [/genotypes]

namespace {

/// The pixels in odd rows and columns of images with even sides: [N, 2 P, 2 Q, C] -> [N, P, Q, C].
class OddPixels : public Module {
 public:
  Variable forward(const Variable& x) override {
    const Shape shape = x.shape();
    check(shape.rank() == 4 && shape[1] % 2 == 0 && shape[2] % 2 == 0, "OddPixels: input ", shape,
          " must be images [N H W C] with even sides; give images whose sides are multiples of 4");
    const int64_t N = shape[0], P = shape[1] / 2, Q = shape[2] / 2, C = shape[3];
    const Variable columns = slice_channels(reshape(x, {N, 2 * P, Q, 2 * C}), C, C);
    const Variable rows = slice_channels(reshape(columns, {N, P, 2 * Q * C}), Q * C, Q * C);
    return reshape(rows, {N, P, Q, C});
  }
  void visit(Visitor&) override {}
  std::string description() const override { return "OddPixels"; }
  std::unique_ptr<Module> fold() const override { return fold_to_copy(*this); }
};

void factorised_reduction(Chain& net, int64_t width) {
  net.relu();
  Chain even = net.branch(), odd = net.branch();
  even.conv(1, width / 2, {.stride = 2}).norm();
  odd.append(std::make_unique<OddPixels>(), net.channels()).conv(1, width - width / 2).norm();
  net.concat({&even, &odd});
}

void separable(Chain& net, int64_t kernel, int64_t width, int64_t stride) {
  net.relu().depthwise(kernel, stride).conv(1, width).norm();
  net.relu().depthwise(kernel).conv(1, width).norm();
}

/// 1x7 and 7x1, each of which strides along its own axis.
void row_and_column(Chain& net, int64_t extent, int64_t stride) {
  const int64_t width = net.channels();
  Conv2dOptions row{.in = width, .out = width, .kernel_h = 1, .kernel_w = extent};
  row.args.padding_w = extent / 2;
  row.args.stride_w = stride;
  Conv2dOptions column{.in = width, .out = width, .kernel_h = extent, .kernel_w = 1};
  column.args.padding_h = extent / 2;
  column.args.stride_h = stride;
  net.relu();
  net.append(std::make_unique<Conv2d>(row, net.initializer()), width);
  net.append(std::make_unique<Conv2d>(column, net.initializer()), width).norm();
}

void operate(Chain& net, CellOperation operation, int64_t width, int64_t stride) {
  switch (operation) {
    case CellOperation::skip: return factorised_reduction(net, width);  // of stride 1 it is no layer
    case CellOperation::sep3: return separable(net, 3, width, stride);
    case CellOperation::sep5: return separable(net, 5, width, stride);
    case CellOperation::sep7: return separable(net, 7, width, stride);
    case CellOperation::avg3: net.avg_pool(3, stride, true); return;
    case CellOperation::max3: net.max_pool(3, stride, true); return;
    case CellOperation::conv7: return row_and_column(net, 7, stride);
  }
}

/// A result in the graph: its number, its channels, and how often its feature map was halved.
struct Result {
  int64_t number, channels;
  int halvings;
};

/// Appends a cell after the last two and returns its result.
Result append_cell(LayerGraph& graph, const CellPlan& plan, bool reduces, const Result& before, const Result& last,
                   int64_t width, Initializer& initializer) {
  const auto layer = [&](const Result& from, const auto& build) {
    Chain chain(from.channels, initializer);
    build(chain);
    return graph.add(chain.done(), from.number);
  };
  const auto to_width = [width](Chain& chain) { chain.relu().conv(1, width).norm(); };
  const auto to_half = [width](Chain& chain) { factorised_reduction(chain, width); };
  std::vector<int64_t> numbers = {before.halvings == last.halvings ? layer(before, to_width) : layer(before, to_half),
                                  layer(last, to_width)};
  for (const auto& block : plan.blocks) {
    std::array<int64_t, 2> terms{};
    for (size_t i = 0; i < 2; ++i) {
      const auto [operation, from] = block[i];
      const int64_t stride = reduces && from < 2 ? 2 : 1, number = numbers[static_cast<size_t>(from)];
      const bool unchanged = operation == CellOperation::skip && stride == 1;
      terms[i] = unchanged ? number : layer({number, width, 0}, [&, op = operation](Chain& chain) {
        operate(chain, op, width, stride);
      });
    }
    numbers.push_back(graph.sum(terms[0], terms[1]));
  }
  std::vector<int64_t> parts;
  for (const int64_t output : plan.outputs) parts.push_back(numbers[static_cast<size_t>(output)]);
  const auto outputs = static_cast<int64_t>(parts.size());
  return {graph.concat(parts), outputs * width, last.halvings + (reduces ? 1 : 0)};
}

}  // namespace

std::unique_ptr<Sequential> nasnet(const std::string& genotype, int64_t cells, int64_t width, int64_t classes,
                                   Initializer& initializer) {
  check(cells >= 1 && width >= 2, "nasnet: got ", cells, " cells of ", width, " channels, expected at least 1 and 2");
  const Genotype plan = parse_genotype(genotype);
  auto graph = std::make_unique<LayerGraph>();
  Chain stem(3, initializer);
  stem.conv(3, 3 * width).norm();
  Result last{graph->add(stem.done(), 0), 3 * width, 0}, before = last;
  const auto append = [&](const CellPlan& cell, bool reduces) {
    before = std::exchange(last, append_cell(*graph, cell, reduces, before, last, width, initializer));
  };
  for (int stage = 0; stage < 3; ++stage) {  // at 32x32, 16x16 and 8x8
    if (stage > 0) {
      width *= 2;
      append(plan.reduction, true);
    }
    for (int64_t i = 0; i < cells; ++i) append(plan.normal, false);
  }
  Chain net(3, initializer);
  return net.append(std::move(graph), last.channels, int64_t{1} << last.halvings).relu().classify(classes).done();
}

}  // namespace onefold
