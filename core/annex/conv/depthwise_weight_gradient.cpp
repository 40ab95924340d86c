#include <vector>

#include "core/annex/conv/depthwise.h"
#include "core/annex/conv/depthwise_tiles.h"
#include "core/parallel.h"
#include "core/vector_loop.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, 1, K], y [N, P, Q, K]; M = K / C outputs per channel. Channel k of y is c M + m.

namespace {

/// The gradients of Rows x Columns taps over rows of pixels.
template <int Rows, int Columns>
struct TapTile {
  /// Pixel (p, q) of dy is multiplied by the taps' pixels starting at x + p x_row + places[q], whose rows are tap_row
  /// apart. sums [Rows, Columns, kLanes].
  static void run(const Real* dy, int64_t P, int64_t Q, const Real* x, int64_t x_row, const int64_t* places,
                  int64_t tap_row, Real* sums) {
    Vec taps[Rows][Columns] = {};
    for (int64_t p = 0; p < P; ++p) {
      for (int64_t q = 0; q < Q; ++q) {
        const Vec gradient = load(dy + (p * Q + q) * kLanes);
        const Real* const window = x + p * x_row + places[q];
#pragma GCC unroll 4
        for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
          for (int s = 0; s < Columns; ++s) taps[r][s] += gradient * load(window + r * tap_row + s * kLanes);
        }
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 16
      for (int s = 0; s < Columns; ++s) store(sums + (r * Columns + s) * kLanes, taps[r][s]);
    }
  }
};

/// Pixels per band of rows: few enough to sum in Real and to keep a vector of channels in the first-level cache.
constexpr int64_t kBandPixels = 256;

/// Images are summed in this many fixed ranges, each by one thread at a time.
constexpr int64_t kRanges = 16;

int64_t divide_up(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

/// dw = sum over pixels of dy x, tap by tap.
class WeightGradient {
 public:
  WeightGradient(const ConvGeometry& g, const Tensor& dy, const Tensor& x)
      : dy_(dy), x_(x), args_(g.args), H_(g.H), W_(g.W), C_(g.C), R_(g.R), S_(g.S), P_(g.P), Q_(g.Q), K_(g.K),
        M_(K_ / C_), band_(std::min(P_, (kBandPixels - 1) / Q_ + 1)),
        columns_{g.column(0, 0), g.column(Q_ - 1, S_ - 1) + 1, args_.dilation_w} {
    for (int64_t q = 0; q < Q_; ++q) places_.push_back(columns_.place(g.column(q, 0)) * kLanes);
  }

  Tensor compute() const {
    const int64_t blocks = (C_ - 1) / kLanes + 1, groups = (blocks - 1) / kGroupVectors + 1;
    const int64_t N = x_.shape()[0], numbers = R_ * S_ * kLanes;
    const int64_t range = std::max<int64_t>(1, (N + kRanges - 1) / kRanges), ranges = (N + range - 1) / range;
    std::vector<double> shares(static_cast<size_t>(ranges * M_ * blocks * numbers), 0.0);
    parallel_for(ranges * M_ * groups, 1, [&](int64_t unit, int64_t) {
      const int64_t i = unit / (M_ * groups), m = unit / groups % M_, block = unit % groups * kGroupVectors;
      add_images(i * range, std::min(N, (i + 1) * range), block, std::min(kGroupVectors, blocks - block), m,
                 shares.data() + ((i * M_ + m) * blocks + block) * numbers);
    });

    // Add the ranges in order.
    Tensor dw({R_, S_, 1, K_});
    for (int64_t tap = 0; tap < R_ * S_; ++tap) {
      for (int64_t k = 0; k < K_; ++k) {
        const int64_t c = k / M_, m = k % M_;
        const int64_t place = (m * blocks + c / kLanes) * numbers + tap * kLanes + c % kLanes;
        double sum = 0;
        for (int64_t i = 0; i < ranges; ++i) sum += shares[static_cast<size_t>(i * M_ * blocks * numbers + place)];
        dw[tap * K_ + k] = static_cast<Real>(sum);
      }
    }
    return dw;
  }

 private:
  /// Adds images [begin, end) to the sums of `blocks` vectors of channels: [blocks, R * S, kLanes].
  void add_images(int64_t begin, int64_t end, int64_t first_block, int64_t blocks, int64_t m, double* sums) const {
    const int64_t rows = (band_ - 1) * args_.stride_h + (R_ - 1) * args_.dilation_h + 1;
    Tensor padded({blocks, rows, columns_.length(), kLanes}), gradients({blocks, band_, Q_, kLanes});
    const int64_t c = first_block * kLanes, count = std::min(blocks * kLanes, C_ - c);
    for (int64_t n = begin; n < end; ++n) {
      const ImageChannels x{x_.data() + n * H_ * W_ * C_ + c, H_, W_, C_, count, 1};
      const ImageChannels dy{dy_.data() + n * P_ * Q_ * K_ + c * M_ + m, P_, Q_, K_, count, M_};
      for (int64_t p = 0; p < P_; p += band_) {
        const int64_t p_end = std::min(P_, p + band_), first = p * args_.stride_h - args_.padding_h;
        const int64_t x_rows = (p_end - p - 1) * args_.stride_h + (R_ - 1) * args_.dilation_h + 1;
        copy_padded(dy, p, p_end, {0, Q_, 1}, gradients.data());
        copy_padded(x, first, first + x_rows, columns_, padded.data());
        for (int64_t b = 0; b < blocks; ++b) {
          add_band(p, p_end, gradients.data() + b * (p_end - p) * Q_ * kLanes,
                   padded.data() + b * x_rows * columns_.length() * kLanes, sums + b * R_ * S_ * kLanes);
        }
      }
    }
  }

  /// Adds output rows [begin, end), tile of taps by tile of taps.
  void add_band(int64_t begin, int64_t end, const Real* dy, const Real* padded, double* sums) const {
    const int64_t row = columns_.length() * kLanes, parts = (S_ - 1) / kTileColumns + 1;
    const int64_t tile_height = tile_rows((S_ - 1) / parts + 1);
    alignas(kVecBytes) Real tile_sums[kTilePixels * kLanes];
    for (int64_t r = 0; r < R_; r += tile_height) {
      const int64_t height = std::min(tile_height, R_ - r);
      // Skip pixels whose taps are beyond the edge for all rows of the tile.
      const int64_t below = args_.padding_h - (r + height - 1) * args_.dilation_h;
      const int64_t above = H_ + args_.padding_h - r * args_.dilation_h;
      const int64_t p = std::max(begin, divide_up(below, args_.stride_h));
      const int64_t p_end = std::min(end, divide_up(above, args_.stride_h));
      if (p >= p_end) continue;
      for (int64_t part = 0; part < parts; ++part) {
        const int64_t s = part_begin(part, parts, S_), width = part_begin(part + 1, parts, S_) - s;
        const Real* const window = padded + ((p - begin) * args_.stride_h + r * args_.dilation_h) * row + s * kLanes;
        kTiles<TapTile>[static_cast<size_t>(height - 1)][static_cast<size_t>(width - 1)](
            dy + (p - begin) * Q_ * kLanes, p_end - p, Q_, window, args_.stride_h * row, places_.data(),
            args_.dilation_h * row, tile_sums);
        for (int64_t i = 0; i < height * width; ++i) {
          AllLanes::add_to(sums + ((r + i / width) * S_ + s + i % width) * kLanes, load(tile_sums + i * kLanes));
        }
      }
    }
  }

  const Tensor &dy_, &x_;
  Conv2dArgs args_;
  int64_t H_, W_, C_, R_, S_, P_, Q_, K_, M_, band_;
  SplitColumns columns_;
  std::vector<int64_t> places_;  // of each output column's window in a padded row
};

}  // namespace

Tensor depthwise_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  return WeightGradient(g, dy, x).compute();
}

}  // namespace onefold
