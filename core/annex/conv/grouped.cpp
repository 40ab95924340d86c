#include "core/annex/conv/grouped.h"

#include <vector>

#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, G, K], y [N, P, Q, K]. A block is eight output channels of a group.

GroupPlanes::GroupPlanes(const Shape& images, int64_t channels, int64_t first_row, int64_t end_row,
                         const SplitColumns& columns)
    : images_(images), channels_(channels), first_row_(first_row), end_row_(end_row), columns_(columns) {
  for (int64_t column = columns.first; column < columns.end; ++column) {
    (column >= 0 && column < images[2] ? inside_ : beyond_).push_back(columns.place(column) * kEight);
  }
}

void GroupPlanes::copy(const Tensor& images, int64_t n, int64_t group, int64_t count, Real* to) const {
  const int64_t H = images_[1], W = images_[2], C = images_[3], planes = count * channels_ / kEight, step = plane();
  const int64_t skipped = std::max<int64_t>(0, columns_.first);
  for (int64_t h = first_row_; h < end_row_; ++h, to += row()) {
    for (int64_t i = 0; i < planes; ++i) {
      Real* const run = to + i * step;
      if (h < 0 || h >= H) {
        std::fill_n(run, row(), Real{0});
        continue;
      }
      for (const int64_t place : beyond_) store_eight(run + place, Eight{});
      const Real* from = images.data() + ((n * H + h) * W + skipped) * C + group * channels_ + i * kEight;
      for (const int64_t place : inside_) {
        store_eight(run + place, load_eight(from));
        from += C;
      }
    }
  }
}

namespace {

template <int Rows, int Columns>
struct GroupedTile {
  static void run(const TileTask& task) {
    const Real *const x = task.x, *const w = task.w;
    const int64_t* const places = task.places;
    const int64_t taps = task.taps, x_row = task.x_row;
    const Source start = task.start;
    const Pixels out = task.out;
    Eight sums[Rows][Columns] = {};
    for (int64_t t = 0; t < taps; ++t) {
      const Eight factors = load_eight(w + t * kEight);
#pragma GCC unroll 4
      for (int i = 0; i < Rows; ++i) {
        const Real* const row = x + places[t] + i * x_row;
#pragma GCC unroll 16
        for (int j = 0; j < Columns; ++j) sums[i][j] += factors * row[j * kEight];
      }
    }
    const Eight least = task.floor - Eight{};
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 16
      for (int j = 0; j < Columns; ++j) {
        const Eight sum = sums[i][j] + load_eight(start.at(i, j));
        store_eight(out.at(i, j), sum < least ? least : sum);
      }
    }
  }
};

/// The weight of tap (r, s) from channel `in` of a group to channel `out` of all.
using WeightOf = FunctionRef<Real(int64_t r, int64_t s, int64_t in, int64_t out)>;

/// out = in convolved along the given axes: y from x, or dx from dy.
class GroupedPass {
 public:
  GroupedPass(const Shape& in, const Shape& out, int64_t groups, const DepthwiseAxes& axes, WeightOf weight_of)
      : in_(in), out_(out), groups_(groups), row_reach_(axes.rows), column_reach_(axes.columns),
        planes_(in, in[3] / groups, row_reach_.first, row_reach_.end_of_all,
                {column_reach_.first, column_reach_.end_of_all, axes.columns[0].stride}) {
    for (const DepthwiseAxis& row_axis : axes.rows) {
      for (const DepthwiseAxis& column_axis : axes.columns)
        phases_.push_back(make_phase(row_axis, column_axis, weight_of));
    }
  }

  /// Fills `out`, or adds to it; then takes the maximum of that and floor.
  void run(const Tensor& in, bool add, const Tensor& bias, Real floor, Tensor& out) const {
    const int64_t blocks = out_[3] / groups_ / kEight, together = planes_.together();
    const int64_t parts = (groups_ - 1) / together + 1;
    const Tensor starts = bias.defined() ? bias : Tensor::zeros({out_[3]});
    parallel_for(in_[0] * parts, 1, [&](int64_t unit, int64_t) {
      const int64_t n = unit / parts, first = unit % parts * together, count = std::min(together, groups_ - first);
      Tensor padded({count, planes_.size()});
      planes_.copy(in, n, first, count, padded.data());
      for (int64_t block = first * blocks; block < (first + count) * blocks; ++block) {
        const Real* const x = padded.data() + (block / blocks - first) * planes_.size();
        for (const Phase& phase : phases_) {
          const Pixels pixels = pixels_of(phase, n, block, out);
          const Source before{pixels.data, pixels.row, pixels.column}, bias_alone{starts.data() + block * kEight, 0, 0};
          const Real* const weights = phase.weights.data() + block * static_cast<int64_t>(phase.places.size()) * kEight;
          convolve(phase, {x, 0, nullptr, weights, 0, add ? before : bias_alone, pixels, floor});
        }
      }
    });
  }

 private:
  /// The outputs with one remainder of row and column: their taps by row, where these read, and their weights.
  struct Phase {
    DepthwiseAxis rows, columns;
    std::vector<int64_t> places;
    Tensor weights;  // [blocks, taps, 8]
  };

  Phase make_phase(const DepthwiseAxis& rows, const DepthwiseAxis& columns, WeightOf weight_of) const {
    const int64_t channels = in_[3] / groups_, blocks = out_[3] / kEight;
    Phase phase{rows, columns, {}, {}};
    std::vector<Real> weights;
    for (size_t r = 0; r < rows.taps.size(); ++r) {
      for (size_t s = 0; s < columns.taps.size(); ++s) {
        for (int64_t c = 0; c < channels; ++c) {
          phase.places.push_back(planes_.place(rows.offsets[r], columns.offsets[s], c));
          for (int64_t k = 0; k < out_[3]; ++k) weights.push_back(weight_of(rows.taps[r], columns.taps[s], c, k));
        }
      }
    }
    // From [taps, K] to [blocks, taps, 8].
    const auto taps = static_cast<int64_t>(phase.places.size());
    phase.weights = Tensor({blocks, taps, kEight});
    for (int64_t block = 0; block < blocks; ++block) {
      for (int64_t t = 0; t < taps; ++t) {
        store_eight(phase.weights.data() + (block * taps + t) * kEight,
                    load_eight(weights.data() + t * out_[3] + block * kEight));
      }
    }
    return phase;
  }

  /// A block's results of one phase in image n.
  Pixels pixels_of(const Phase& phase, int64_t n, int64_t block, Tensor& out) const {
    const int64_t width = out_[2] * out_[3];
    Real* const first = out.data() + (n * out_[1] + phase.rows.first) * width + phase.columns.first * out_[3];
    return {first + block * kEight, phase.rows.step * width, phase.columns.step * out_[3]};
  }

  /// All results of a phase, tile by tile; `task` holds what the tiles share, and the first one's pixels.
  void convolve(const Phase& phase, TileTask task) const {
    const DepthwiseAxis &rows = phase.rows, &columns = phase.columns;
    const Source start = task.start;
    const Pixels out = task.out;
    const Real *const x = task.x, *const weights = task.w;
    const int64_t row_taps = static_cast<int64_t>(columns.taps.size()) * in_[3] / groups_;
    const int64_t parts = (columns.count - 1) / kTileColumns + 1;
    const int64_t tile_height = tile_rows((columns.count - 1) / parts + 1);
    task.x_row = rows.stride * planes_.row();
    for (int64_t i = 0; i < rows.count; i += tile_height) {
      const int64_t height = std::min(tile_height, rows.count - i);

      // Skip taps that are beyond the edge for all rows of the tile.
      const auto beyond = [&](size_t r) {
        return i * rows.stride + rows.offsets[r] >= in_[1] || (i + height - 1) * rows.stride + rows.offsets[r] < 0;
      };
      size_t first = 0, last = rows.taps.size();
      while (first < last && beyond(first)) ++first;
      while (first < last && beyond(last - 1)) --last;
      const int64_t skipped = static_cast<int64_t>(first) * row_taps;
      task.places = phase.places.data() + skipped;
      task.w = weights + skipped * kEight;
      task.taps = static_cast<int64_t>(last - first) * row_taps;

      for (int64_t part = 0; part < parts; ++part) {
        const int64_t j = part_begin(part, parts, columns.count);
        const int64_t width = part_begin(part + 1, parts, columns.count) - j;
        task.x = x + i * task.x_row + j * kEight;
        task.start.data = start.at(i, j);
        task.out.data = out.at(i, j);
        kTiles<GroupedTile>[static_cast<size_t>(height - 1)][static_cast<size_t>(width - 1)](task);
      }
    }
  }

  Shape in_, out_;
  int64_t groups_;
  DepthwiseReach row_reach_, column_reach_;
  GroupPlanes planes_;
  std::vector<Phase> phases_;
};

Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue, PackedWeights&) {
  Tensor y(g.y);
  const auto weight_of = [&](int64_t r, int64_t s, int64_t c, int64_t k) { return w[g.tap(r, s, c, k)]; };
  const GroupedPass pass(g.x, g.y, g.args.groups, forward_axes(g), weight_of);
  pass.run(x, false, epilogue.bias, floor_of(epilogue.activation), y);
  if (epilogue.statistics != nullptr) *epilogue.statistics = channel_statistics(y);
  return y;
}

Tensor backward_input(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  Tensor dx = sum.defined() ? sum : Tensor(g.x);
  if (dx.size() == 0) return dx;
  const int64_t outputs = g.K / g.args.groups;
  const auto weight_of = [&](int64_t r, int64_t s, int64_t k, int64_t c) {
    return w[g.tap(r, s, c % g.G, c / g.G * outputs + k)];
  };
  const GroupedPass pass(g.y, g.x, g.args.groups, backward_axes(g), weight_of);
  pass.run(dy, sum.defined(), {}, kNoFloor, dx);
  return dx;
}

}  // namespace

constinit const ConvAlgorithmRow grouped_row = {
    "grouped",
    "more than one group, of a multiple of 8 channels in and out",
    [](const ConvGeometry& g) { return g.args.groups > 1 && g.G % kEight == 0 && g.K / g.args.groups % kEight == 0; },
    forward,
    backward_input,
    grouped_backward_weight};

}  // namespace onefold
