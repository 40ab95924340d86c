#include "core/annex/conv/winograd_strided.h"

#include "core/annex/conv/winograd_strided_tiles.h"
#include "core/conv/winograd.h"
#include "core/gemm/gemm_kernel.h"
#include "core/ops/channel_sums.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [3, 3, C, K], y [N, P, Q, K]; T tiles per block; U, V, M the transformed weights, inputs
// and products.

namespace {

using Transform = StridedTransform;
constexpr int kPoints = Transform::kPoints, kInputs = Transform::kInputs, kWeights = Transform::kWeights;

/// Tiles per block: enough to make up for loading all weights, few enough to keep V and M near the second-level cache
/// and to give four threads work.
int64_t tiles_per_block(int64_t tiles) { return std::clamp<int64_t>((tiles + 3) / 4, 1, 36); }

/// The 6 x 6 transformed kernels, each packed for the products. They are adjacent within a panel of kPanelWidth output
/// channels, so that the products of a block of tiles with one panel stay in the cache.
template <class Number>
class TransformedWeights {
 public:
  TransformedWeights(const Tensor& w, PackedWeights& packed)
      : C(w.shape()[2]), K(w.shape()[3]), values_(packed.part(0, [&] { return transform(w); })) {}

  /// Kernel (i, j) for output channels [first, first + columns(first)).
  const Number* at(int64_t first, int i, int j) const {
    return numbers<Number>(values_) + first / kPanelWidth * panel_size() + (i * kWeights + j) * stride();
  }
  int64_t columns(int64_t first) const { return std::min(kPanelWidth, K - first); }

  const int64_t C, K;

 private:
  Tensor transform(const Tensor& w) const {
    Tensor values({panels(), panel_size()});
    constexpr int64_t kChannels = 8;  // input channels that a thread transforms at a time
    const int64_t parts = (C + kChannels - 1) / kChannels;
    parallel_for(panels() * parts, 1, [&](int64_t task, int64_t) {
      const int64_t first = task / parts * kPanelWidth, count = columns(first), step = stride();
      const int64_t begin = task % parts * kChannels;
      for (int64_t c = begin; c < std::min(C, begin + kChannels); ++c) {
        const Real* const from = w.data() + c * K + first;
        Number* const panel = numbers<Number>(values) + first / kPanelWidth * panel_size();
        for_each_vector(0, count, [=, this](int64_t k, auto lanes) {
          Number* const to = panel + packed_offset(steps<Number>(C), count, c / kStepDepth<Number>, k);
          const auto load_tap = [&](int i, int j) { return lanes.load(from + (i * 3 + j) * C * K + k); };
          const auto store_weight = [&](int i, int j, Vec value) {
            store_step(to + (i * kWeights + j) * step, c, value);
          };
          transform_tile<3, kWeights, Transform::kernel>(load_tap, store_weight);
        });
      }
    });
    return values;
  }

  int64_t panels() const { return (K + kPanelWidth - 1) / kPanelWidth; }
  int64_t panel_size() const { return kWeights * kWeights * stride(); }
  int64_t stride() const { return plane_stride(steps<Number>(C), whole_vectors(std::min(K, kPanelWidth))); }

  Tensor values_;
};

/// All products of a block of tiles with one panel. Forward, `from` has one plane per input position and `to` one per
/// pair of points, which sums the products of several positions; backward it is the other way round.
enum class Direction { forward, backward };
// [winograd-strided-products]
template <class Number>
void multiply(Direction direction, int64_t tiles, const TilePlanes<Number>& from, const TransformedWeights<Number>& u,
              int64_t panel, const TilePlanes<Real>& to) {
  for (int i = 0; i < kInputs; ++i) {
    for (int j = 0; j < kInputs; ++j) {
      const int position = i * kInputs + j, points = Transform::point_of(i) * kPoints + Transform::point_of(j);
      const bool forward = direction == Direction::forward, first = i < kPoints && j < kPoints;
      const Number* const weights = u.at(panel, Transform::weight_of(i), Transform::weight_of(j));
      multiply_packed(tiles, u.columns(panel), steps<Number>(u.C), {from.at(forward ? position : points), from.row, 1},
                      weights, to.at(forward ? points : position), to.row,
                      forward && !first ? Accumulate::yes : Accumulate::no);
    }
  }
}
// [/winograd-strided-products]

/// Adds the outputs of tiles [begin, end) to a block's sums.
void add_statistics(const TiledMap<Real>& y, int64_t begin, int64_t end, int64_t block, ChannelSums& sums) {
  for (int64_t t = begin; t < end; ++t) {
    const auto tile = y.patch<Transform::kOutputs>(t, nullptr);
    const Real* inside[Transform::kOutputs * Transform::kOutputs];
    int64_t count = 0;
    for (const auto& row : tile.pixel) {
      for (const Real* pixel : row) {
        if (pixel != nullptr) inside[count++] = pixel;
      }
    }
    sums.add(block, inside, count);
  }
}

// [winograd-strided-forward]
template <class Number>
Tensor forward_in(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue,
                  PackedWeights& packed) {
  Tensor y(g.y);
  const StridedTiling tiling(g);
  const Tensor& bias = epilogue.bias;
  const TiledMap<const Real> inputs = tiling.inputs(x.data());
  const TiledMap<Real> outputs = tiling.outputs(y.data());
  const TransformedWeights<Number> u(w, packed);
  const int64_t T = tiles_per_block(tiling.count);
  ChannelSums sums(u.K, epilogue.statistics != nullptr ? (tiling.count + T - 1) / T : 0);
  const auto finish = [&](Vec value, const Real*, int64_t k, auto lanes) {
    const Vec shifted = bias.defined() ? value + lanes.load(bias.data() + k) : value;
    return epilogue.activation == Activation::relu ? max(shifted, Vec{}) : shifted;
  };

  parallel_for(tiling.count, T, [&](int64_t begin, int64_t end) {
    const TilePlanes<Number> v(kInputs * kInputs, T, steps<Number>(u.C));
    const TilePlanes<Real> m(kPoints * kPoints, T, u.columns(0));
    map_to_planes<kInputs, kInputs, Transform::input>(
        inputs, begin, end, [&v](int64_t t, int e, int64_t c, Vec lanes) { v.store_for_channels(t, e, c, lanes); });
    for (int64_t panel = 0; panel < u.K; panel += kPanelWidth) {
      multiply(Direction::forward, end - begin, v, u, panel, m);
      planes_to_map<kPoints, Transform::kOutputs, Transform::output>(m, panel, u.columns(panel), outputs, begin, end,
                                                                     finish);
    }
    if (epilogue.statistics != nullptr) add_statistics(outputs, begin, end, begin / T, sums);
  });
  if (epilogue.statistics != nullptr) *epilogue.statistics = sums.statistics();
  return y;
}
// [/winograd-strided-forward]

template <class Number>
Tensor backward_input_in(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  Tensor dx = sum.defined() ? sum : Tensor(g.x);
  const StridedGradientTiling tiling(g);
  const TiledMap<const Real> outputs = tiling.outputs(dy.data());
  const TiledMap<Real> inputs = tiling.inputs(dx.data());
  PackedWeights once;
  const TransformedWeights<Number> u(rotate_weights(w), once);
  const int64_t T = tiles_per_block(tiling.count);
  const auto finish = [&](Vec value, const Real* before, int64_t, auto lanes) {
    return sum.defined() ? lanes.load(before) + value : value;
  };

  parallel_for(tiling.count, T, [&](int64_t begin, int64_t end) {
    const TilePlanes<Number> v(kPoints * kPoints, T, steps<Number>(u.C));
    const TilePlanes<Real> m(kInputs * kInputs, T, u.columns(0));
    map_to_planes<kPoints, kPoints, Transform::at_points>(
        outputs, begin, end, [&v](int64_t t, int e, int64_t c, Vec lanes) { v.store_for_channels(t, e, c, lanes); });
    for (int64_t panel = 0; panel < u.K; panel += kPanelWidth) {
      multiply(Direction::backward, end - begin, v, u, panel, m);
      planes_to_map<kInputs, StridedGradientTiling::kPixels, Transform::input_gradient>(m, panel, u.columns(panel),
                                                                                        inputs, begin, end, finish);
    }
  });
  return dx;
}

}  // namespace

constinit const ConvAlgorithmRow winograd4_stride2_row = {
    "Winograd F(4x4,3x3) at stride 2",
    "a 3x3 kernel, stride 2, dilation 1, padding of at most 2 and one group",
    [](const ConvGeometry& g) { return fits_winograd(g, 2); },
    [](const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue, PackedWeights& packed) {
      return with_number(g.precision,
                         [&]<class Number>(Number) { return forward_in<Number>(g, x, w, epilogue, packed); });
    },
    [](const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
      return with_number(g.precision, [&]<class Number>(Number) { return backward_input_in<Number>(g, dy, w, sum); });
    },
    winograd_strided_backward_weight};

}  // namespace onefold
