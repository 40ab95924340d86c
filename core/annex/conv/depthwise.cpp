#include "core/annex/conv/depthwise.h"

#include <vector>

#include "core/annex/conv/depthwise_axes.h"
#include "core/annex/conv/depthwise_tiles.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, 1, K], y [N, P, Q, K]; M = K / C outputs per channel, channel k of y is c M + m. A
// block is one vector of channels.

namespace {

template <int Rows, int Columns>
struct ConvolutionTile {
  static void run(const TileTask& task) {
    const Real *const x = task.x, *const w = task.w;
    const int64_t* const places = task.places;
    const int64_t taps = task.taps, x_row = task.x_row;
    // [depthwise-tile]
    Vec sums[Rows][Columns] = {};
    for (int64_t t = 0; t < taps; ++t) {
      const Vec factor = load(w + t * kLanes);
#pragma GCC unroll 4
      for (int i = 0; i < Rows; ++i) {
        const Real* const row = x + places[t] + i * x_row;
#pragma GCC unroll 16
        for (int j = 0; j < Columns; ++j) sums[i][j] += factor * load(row + j * kLanes);
      }
    }
    // [/depthwise-tile]
    const Vec least = broadcast(task.floor);
    const Real* start = task.start.data;
    Real* out = task.out.data;
    const int64_t start_column = task.start.column, out_column = task.out.column;
#pragma GCC unroll 4
    for (int i = 0; i < Rows; ++i, start += task.start.row, out += task.out.row) {
#pragma GCC unroll 16
      for (int j = 0; j < Columns; ++j) {
        store(out + j * out_column, max(sums[i][j] + load(start + j * start_column), least));
      }
    }
  }
};

/// Minimum number of pixels of a band of rows; high windows take more. A block of a band fits the first-level cache.
constexpr int64_t kBandPixels = 512;

/// The feature map on one side of a pass: x, or y with its channels M apart.
struct Side {
  Shape shape;
  int64_t lane_stride;

  /// The index of a block's first element in image n, for the m-th output of its channels.
  int64_t first_number(int64_t n, int64_t block, int64_t m) const {
    return n * shape[1] * shape[2] * shape[3] + block * kLanes * lane_stride + (lane_stride > 1 ? m : 0);
  }
};

/// out = in convolved with w along the given axes: y from x, or dx from dy.
class DepthwisePass {
 public:
  DepthwisePass(const Side& in, const Side& out, const DepthwiseAxes& axes, const Tensor& w)
      : in_(in), out_(out), channels_(in.shape[3] / in.lane_stride), blocks_((channels_ - 1) / kLanes + 1),
        outputs_(w.shape()[3] / channels_), reach_(axes.rows), rows_(axes.rows[0].count),
        columns_{DepthwiseReach(axes.columns).first, DepthwiseReach(axes.columns).end_of_all, axes.columns[0].stride},
        band_(std::max(reach_.end - reach_.first, (kBandPixels - 1) / axes.columns[0].count + 1)) {
    for (const DepthwiseAxis& row_axis : axes.rows) {
      for (const DepthwiseAxis& column_axis : axes.columns) phases_.push_back(make_phase(row_axis, column_axis, w));
    }
  }

  /// Fills `out`, or adds to it; then takes the maximum of that and floor.
  void run(const Tensor& in, bool add, const Tensor& bias, Real floor, Tensor& out) const {
    const int64_t bands = (rows_ - 1) / band_ + 1, groups = (blocks_ - 1) / kGroupVectors + 1;
    Tensor starts = Tensor::zeros({outputs_, blocks_, kLanes});
    for (int64_t k = 0; k < bias.size(); ++k) starts[k % outputs_ * blocks_ * kLanes + k / outputs_] = bias[k];
    parallel_for(in.shape()[0] * groups * bands, 1, [&](int64_t unit, int64_t) {
      const int64_t n = unit / (groups * bands), group = unit / bands % groups, begin = unit % bands * band_;
      for (int64_t m = 0; m < outputs_; ++m) {
        // dx is a sum over a channel's outputs.
        const bool sum = add || (m > 0 && out_.lane_stride == 1);
        const int64_t end = std::min(rows_, begin + band_);
        convolve_band({n, group * kGroupVectors, m, begin, end, sum, floor}, in, starts, out);
      }
    });
  }

 private:
  /// The outputs with one remainder of row and column: their taps by row, where these read, and their weights.
  struct Phase {
    DepthwiseAxis rows, columns;
    std::vector<int64_t> places;
    Tensor weights;                     // [M, blocks, taps, kLanes]
    std::vector<int64_t> tile_columns;  // where the tiles of a row begin, then its end
    int64_t tile_height;
  };

  /// The work of convolve_band: rows [begin, end) of a group of blocks of image n.
  struct Band {
    int64_t n, first_block, m, begin, end;
    bool add;
    Real floor;
  };

  int64_t lanes(int64_t block) const { return std::min(kLanes, channels_ - block * kLanes); }

  Phase make_phase(const DepthwiseAxis& rows, const DepthwiseAxis& columns, const Tensor& w) const {
    Phase phase{rows, columns, {}, {}, {}, 0};
    std::vector<int64_t> taps;
    for (size_t r = 0; r < rows.taps.size(); ++r) {
      for (size_t s = 0; s < columns.taps.size(); ++s) {
        taps.push_back(rows.taps[r] * w.shape()[1] + columns.taps[s]);
        const int64_t row = (rows.offsets[r] - reach_.first) * columns_.length();
        phase.places.push_back((row + columns_.place(columns.offsets[s])) * kLanes);
      }
    }
    phase.weights = Tensor({outputs_, blocks_, static_cast<int64_t>(taps.size()), kLanes});
    Real* to = phase.weights.data();
    for (int64_t m = 0; m < outputs_; ++m) {
      for (int64_t block = 0; block < blocks_; ++block) {
        const Real* const from = w.data() + block * kLanes * outputs_ + m;
        for (const int64_t tap : taps) {
          copy_lanes(from + tap * w.shape()[3], lanes(block), outputs_, to);
          to += kLanes;
        }
      }
    }
    // A row is cut into tiles of nearly the same width.
    const int64_t parts = (columns.count - 1) / kTileColumns + 1;
    for (int64_t part = 0; part <= parts; ++part) phase.tile_columns.push_back(part_begin(part, parts, columns.count));
    phase.tile_height = tile_rows((columns.count - 1) / parts + 1);
    return phase;
  }

  void convolve_band(const Band& band, const Tensor& in, const Tensor& starts, Tensor& out) const {
    const int64_t blocks = std::min(kGroupVectors, blocks_ - band.first_block), stride = phases_[0].rows.stride;
    const int64_t row_begin = band.begin * stride + reach_.first, row_end = (band.end - 1) * stride + reach_.end;
    Tensor padded({blocks, row_end - row_begin, columns_.length(), kLanes});
    const int64_t channels = std::min(blocks * kLanes, channels_ - band.first_block * kLanes);
    const Real* const image = in.data() + in_.first_number(band.n, band.first_block, band.m);
    copy_padded({image, in_.shape[1], in_.shape[2], in_.shape[3], channels, in_.lane_stride}, row_begin, row_end,
                columns_, padded.data());
    for (int64_t b = 0; b < blocks; ++b) {
      const Real* const plane = padded.data() + b * (row_end - row_begin) * columns_.length() * kLanes;
      for (const Phase& phase : phases_) {
        if (band.begin < phase.rows.count) convolve_block(band, band.first_block + b, phase, plane, starts, out);
      }
    }
  }

  /// One block of a band, in one phase.
  void convolve_block(const Band& band, int64_t block, const Phase& phase, const Real* padded, const Tensor& starts,
                      Tensor& out) const {
    const int64_t width = out_.shape[2] * out_.shape[3], end = std::min(band.end, phase.rows.count);
    const int64_t first_row = phase.rows.first + band.begin * phase.rows.step;
    const Pixels pixels{
        out.data() + out_.first_number(band.n, block, band.m) + first_row * width + phase.columns.first * out_.shape[3],
        phase.rows.step * width, phase.columns.step * out_.shape[3]};
    const int64_t index = band.m * blocks_ + block;
    const Real* const weights = phase.weights.data() + index * phase.weights.shape()[2] * kLanes;
    const Source bias{starts.data() + index * kLanes, 0, 0};
    if (lanes(block) == kLanes && out_.lane_stride == 1) {
      const Source before{pixels.data, pixels.row, pixels.column};
      convolve_rows(phase, padded, band.begin, end,
                    {padded, 0, nullptr, weights, 0, band.add ? before : bias, pixels, band.floor});
      return;
    }
    // Vectors that are partly full, or not contiguous in memory, are computed whole and then copied.
    Tensor whole({end - band.begin, phase.columns.count, kLanes});
    const Pixels own{whole.data(), phase.columns.count * kLanes, kLanes};
    convolve_rows(phase, padded, band.begin, end, {padded, 0, nullptr, weights, 0, bias, own, band.floor});
    for (int64_t i = 0; i < end - band.begin; ++i) {
      for (int64_t j = 0; j < phase.columns.count; ++j) {
        const Real* const from = own.at(i, j);
        Real* const to = pixels.at(i, j);
        for (int64_t lane = 0; lane < lanes(block); ++lane) {
          Real& number = to[lane * out_.lane_stride];
          number = band.add ? number + from[lane] : from[lane];
        }
      }
    }
  }

  /// Output rows [begin, end) of a phase, tile by tile; `task` holds what all tiles share.
  void convolve_rows(const Phase& phase, const Real* padded, int64_t begin, int64_t end, TileTask task) const {
    const std::vector<int64_t>& offsets = phase.rows.offsets;
    const int64_t row_taps = static_cast<int64_t>(phase.columns.taps.size()), stride = phase.rows.stride;
    const Source start = task.start;
    const Pixels out = task.out;
    const Real* const weights = task.w;
    task.x_row = stride * columns_.length() * kLanes;
    for (int64_t i = begin; i < end; i += phase.tile_height) {
      const int64_t height = std::min(phase.tile_height, end - i);

      // Skip taps that are beyond the edge for all rows of the tile.
      const auto beyond = [&](size_t r) {
        return i * stride + offsets[r] >= in_.shape[1] || (i + height - 1) * stride + offsets[r] < 0;
      };
      size_t first = 0, last = offsets.size();
      while (first < last && beyond(first)) ++first;
      while (first < last && beyond(last - 1)) --last;
      const int64_t skipped = static_cast<int64_t>(first) * row_taps;
      task.places = phase.places.data() + skipped;
      task.w = weights + skipped * kLanes;
      task.taps = static_cast<int64_t>(last - first) * row_taps;

      const auto& tiles = kTiles<ConvolutionTile>[static_cast<size_t>(height - 1)];
      for (size_t part = 0; part + 1 < phase.tile_columns.size(); ++part) {
        const int64_t j = phase.tile_columns[part], tile_width = phase.tile_columns[part + 1] - j;
        task.x = padded + (i - begin) * task.x_row + j * kLanes;
        task.start.data = start.at(i - begin, j);
        task.out.data = out.at(i - begin, j);
        tiles[static_cast<size_t>(tile_width - 1)](task);
      }
    }
  }

  Side in_, out_;
  int64_t channels_, blocks_, outputs_;
  DepthwiseReach reach_;  // of rows
  int64_t rows_;
  SplitColumns columns_;
  int64_t band_;  // rows
  std::vector<Phase> phases_;
};

Tensor forward(const ConvGeometry& g, const Tensor& x, const Tensor& w, const Epilogue& epilogue, PackedWeights&) {
  Tensor y(g.y);
  const DepthwisePass pass({g.x, 1}, {g.y, g.K / g.C}, forward_axes(g), w);
  pass.run(x, false, epilogue.bias, floor_of(epilogue.activation), y);
  if (epilogue.statistics != nullptr) *epilogue.statistics = channel_statistics(y);
  return y;
}

Tensor backward_input(const ConvGeometry& g, const Tensor& dy, const Tensor& w, Tensor sum) {
  Tensor dx = sum.defined() ? sum : Tensor(g.x);
  if (dx.size() == 0) return dx;
  const DepthwisePass pass({g.y, g.K / g.C}, {g.x, 1}, backward_axes(g), w);
  pass.run(dy, sum.defined(), {}, kNoFloor, dx);
  return dx;
}

}  // namespace

constinit const ConvAlgorithmRow depthwise_row = {
    "depthwise",    "one input channel per group", [](const ConvGeometry& g) { return g.G == 1; }, forward,
    backward_input, depthwise_backward_weight};

}  // namespace onefold
