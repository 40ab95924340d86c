#include <algorithm>
#include <vector>

#include "core/annex/conv/depthwise.h"
#include "core/annex/conv/depthwise_axes.h"
#include "core/parallel.h"
#include "core/vector_loop.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, 1, C], y [N, P, Q, C]. A pass computes y from x, or dx from dy.

namespace {

/// Sums that stay in registers: so many outputs, or fewer outputs times several vectors of channels.
constexpr int kOutputs = 8;

/// What a pass does with a sum: max(floor, sum + bias), or floor and no bias for a sum that is added to what is there.
struct Finish {
  const Real* bias;
  bool add;
  Real floor;
};

/// A tap of an output: the inputs that it reads, all channels of a pixel, and their weights.
struct Tap {
  const Real *in, *w;
};

/// Outputs in a row: the first is at `out`, and each tap reads its inputs `in` numbers further on.
struct Run {
  const std::vector<Tap>& taps;
  const Finish& finish;
  int64_t channels, in_step, out_step;
  int64_t in;
  Real* out;
};

/// Vecs vectors of channels, from c on, of the first outputs of a run.
template <int Outputs, int Vecs, class Lanes>
void tile(const Run& run, int64_t c, Lanes lanes) {
  const int64_t in = run.in + c, in_step = run.in_step;
  // [depthwise-direct]
  Vec sums[Outputs][Vecs] = {};
  for (const Tap& tap : run.taps) {
#pragma GCC unroll 8
    for (int v = 0; v < Vecs; ++v) {
      const Vec factor = lanes.load(tap.w + c + v * kLanes);
#pragma GCC unroll 8
      for (int j = 0; j < Outputs; ++j) sums[j][v] += factor * lanes.load(tap.in + in + j * in_step + v * kLanes);
    }
  }
  // [/depthwise-direct]
  const Finish& finish = run.finish;
  const Vec floor = broadcast(finish.floor);
#pragma GCC unroll 8
  for (int v = 0; v < Vecs; ++v) {
    const Vec bias = finish.bias != nullptr ? lanes.load(finish.bias + c + v * kLanes) : Vec{};
#pragma GCC unroll 8
    for (int j = 0; j < Outputs; ++j) {
      Real* const to = run.out + j * run.out_step + c + v * kLanes;
      lanes.store(to, max(sums[j][v] + (finish.add ? lanes.load(to) : bias), floor));
    }
  }
}

/// All channels of the first outputs of a run; the fewer outputs, the more vectors at a time.
template <int Outputs>
void convolve(const Run& run) {
  constexpr int kVecs = std::min(kOutputs / Outputs, 4);
  const int64_t channels = run.channels;
  int64_t c = 0;
  for (; c + kVecs * kLanes <= channels; c += kVecs * kLanes) tile<Outputs, kVecs>(run, c, AllLanes{});
  for (; c + kLanes <= channels; c += kLanes) tile<Outputs, 1>(run, c, AllLanes{});
  if (c == channels) return;
  // The last vector overlaps the one before, unless numbers would be added twice.
  if (c > 0 && !run.finish.add) return tile<Outputs, 1>(run, channels - kLanes, AllLanes{});
  tile<Outputs, 1>(run, c, FirstLanes{channels - c});
}

/// `count` outputs of a run: eight at a time, then four, two, one.
template <int Outputs = kOutputs>
void convolve_all(int64_t count, Run run) {
  for (; count >= Outputs; count -= Outputs, run.in += Outputs * run.in_step, run.out += Outputs * run.out_step) {
    convolve<Outputs>(run);
  }
  if constexpr (Outputs > 1) convolve_all<Outputs / 2>(count, run);
}

/// The taps of output (i, j) of these axes that are inside an image [.., H, W, C], whose first number is `image`.
void choose_taps(const DepthwiseAxis& rows, int64_t i, const DepthwiseAxis& columns, int64_t j, const Real* image,
                 const Shape& in, const Tensor& w, std::vector<Tap>& taps) {
  const int64_t C = in[3];
  taps.clear();
  for (size_t r = 0; r < rows.taps.size(); ++r) {
    const int64_t h = i * rows.stride + rows.offsets[r];
    if (h < 0 || h >= in[1]) continue;
    for (size_t s = 0; s < columns.taps.size(); ++s) {
      const int64_t v = j * columns.stride + columns.offsets[s];
      if (v < 0 || v >= in[2]) continue;
      taps.push_back({image + (h * in[2] + v) * C, w.data() + (rows.taps[r] * w.shape()[1] + columns.taps[s]) * C});
    }
  }
}

/// The outputs [first, last) of an axis all of whose taps are inside, of W inputs.
struct Inside {
  Inside(const DepthwiseAxis& axis, int64_t W) : first(0), last(axis.count) {
    for (const int64_t offset : axis.offsets) {
      while (first < last && first * axis.stride + offset < 0) ++first;
      while (last > first && (last - 1) * axis.stride + offset >= W) --last;
    }
  }
  int64_t first, last;
};

/// out = in convolved with w along these axes.
void depthwise_pass(const Tensor& in, const DepthwiseAxes& axes, const Tensor& w, const Finish& finish, Tensor& out) {
  const Shape in_shape = in.shape(), out_shape = out.shape();
  const int64_t C = in_shape[3], image = in_shape[1] * in_shape[2] * C, out_row = out_shape[2] * C;
  const int64_t rows = axes.rows[0].count;
  std::vector<Inside> inside;
  for (const DepthwiseAxis& axis : axes.columns) inside.emplace_back(axis, in_shape[2]);
  parallel_for(in_shape[0] * rows, rows_per_range(out_row), [&](int64_t begin, int64_t end) {
    std::vector<Tap> taps;
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t n = unit / rows, i = unit % rows;
      for (const DepthwiseAxis& row_axis : axes.rows) {
        if (i >= row_axis.count) continue;
        Real* const to = out.data() + (n * out_shape[1] + row_axis.first + i * row_axis.step) * out_row;
        for (size_t a = 0; a < inside.size(); ++a) {
          // Outputs whose taps are all inside have the same ones; each other has its own.
          const DepthwiseAxis& axis = axes.columns[a];
          const auto [first, last] = inside[a];
          for (int64_t j = 0, next; j < axis.count; j = next) {
            next = j == first && last > j ? last : j + 1;
            choose_taps(row_axis, i, axis, j, in.data() + n * image, in_shape, w, taps);
            convolve_all(next - j,
                         {taps, finish, C, axis.stride * C, axis.step * C, 0, to + (axis.first + j * axis.step) * C});
          }
        }
      }
    }
  });
}

Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue, PackedWeights&) {
  Tensor y(g.y);
  depthwise_pass(x, forward_axes(g), w, {epilogue.bias.data(), false, floor_of(epilogue.activation)}, y);
  if (epilogue.statistics != nullptr) *epilogue.statistics = channel_statistics(y);
  return y;
}

Tensor backward_input(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  Tensor dx = sum.defined() ? sum : Tensor(g.x);
  if (dx.size() == 0) return dx;
  depthwise_pass(dy, backward_axes(g), w, {nullptr, sum.defined(), kNoFloor}, dx);
  return dx;
}

}  // namespace

constinit const ConvAlgorithmRow depthwise_direct_row = {"depthwise, direct",
                                                         "one input and one output channel per group",
                                                         [](const ConvGeometry& g) { return g.G == 1 && g.K == g.C; },
                                                         forward,
                                                         backward_input,
                                                         depthwise_backward_weight};

}  // namespace onefold
