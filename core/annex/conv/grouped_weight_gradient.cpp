#include <vector>

#include "core/annex/conv/grouped.h"
#include "core/parallel.h"

namespace onefold {

// Legend: x [N, H, W, C], w [R, S, G, K], y [N, P, Q, K].

namespace {

/// Taps of a row that are summed together: with eight input channels each, as many sums as there are registers.
constexpr int kTaps = std::max(1, kTilePixels / static_cast<int>(kEight));

/// Pixels that are summed in Real before the sums continue in double.
constexpr int64_t kBandPixels = 256;

/// Images are summed in this many fixed ranges, each by one thread at a time.
constexpr int64_t kRanges = 16;

/// Adds dy[q] x[places[q] + c] for Q pixels to the sums of `Taps` neighbouring taps and eight channels c.
template <int Taps>
void add_row(const Real* dy, int64_t Q, const Real* x, const int64_t* places, Eight (&sums)[kTaps][kEight]) {
  Eight own[Taps][kEight];
  for (int s = 0; s < Taps; ++s) {
    for (int c = 0; c < kEight; ++c) own[s][c] = sums[s][c];
  }
  for (int64_t q = 0; q < Q; ++q) {
    const Eight gradients = load_eight(dy + q * kEight);
    const Real* const window = x + places[q];
#pragma GCC unroll 4
    for (int s = 0; s < Taps; ++s) {
#pragma GCC unroll 8
      for (int c = 0; c < kEight; ++c) own[s][c] += gradients * window[s * kEight + c];
    }
  }
  for (int s = 0; s < Taps; ++s) {
    for (int c = 0; c < kEight; ++c) sums[s][c] = own[s][c];
  }
}

/// add_row for 1, 2, ... kTaps taps.
template <int... Taps>
constexpr auto row_functions(std::integer_sequence<int, Taps...>) {
  return std::array{&add_row<Taps + 1>...};
}
constexpr auto kAddRow = row_functions(std::make_integer_sequence<int, kTaps>{});

/// dw = sum over pixels of dy x, tap by tap.
class WeightGradient {
 public:
  WeightGradient(const ConvGeometry& g, const Tensor& dy, const Tensor& x)
      : g_(g), dy_(dy), x_(x), planes_(g.x, g.G, g.row(0, 0), g.row(g.P - 1, g.R - 1) + 1,
                                       {g.column(0, 0), g.column(g.Q - 1, g.S - 1) + 1, g.args.dilation_w}),
        gradients_(g.y, g.K / g.args.groups, 0, g.P, {0, g.Q, 1}) {
    for (int64_t q = 0; q < g.Q; ++q) {
      places_.push_back(planes_.place(g.row(0, 0), g.column(q, 0), 0));
    }
  }

  Tensor compute() const {
    const int64_t groups = g_.args.groups, numbers = g_.w.rows() * (g_.K / groups);
    const int64_t range = std::max<int64_t>(1, (g_.N + kRanges - 1) / kRanges), ranges = (g_.N + range - 1) / range;
    std::vector<double> shares(static_cast<size_t>(ranges * groups * numbers), 0.0);
    const int64_t together = planes_.together(), parts = (groups - 1) / together + 1;
    parallel_for(ranges * parts, 1, [&](int64_t unit, int64_t) {
      const int64_t i = unit / parts, group = unit % parts * together;
      add_images(i * range, std::min(g_.N, (i + 1) * range), group, std::min(together, groups - group),
                 shares.data() + (i * groups + group) * numbers);
    });

    // Add the ranges in order.
    Tensor dw(g_.w);
    const int64_t outputs = g_.K / groups;
    for (int64_t element = 0; element < dw.size(); ++element) {
      const int64_t k = element % g_.K, place = k / outputs * numbers + element / g_.K * outputs + k % outputs;
      double sum = 0;
      for (int64_t i = 0; i < ranges; ++i) sum += shares[static_cast<size_t>(i * groups * numbers + place)];
      dw[element] = static_cast<Real>(sum);
    }
    return dw;
  }

 private:
  /// Adds images [begin, end) to the sums of `count` groups: [R, S, G, K / groups] each.
  void add_images(int64_t begin, int64_t end, int64_t first, int64_t count, double* sums) const {
    const int64_t numbers = g_.w.size() / g_.args.groups;
    Tensor padded({count, planes_.size()}), gradients({count, gradients_.size()});
    for (int64_t n = begin; n < end; ++n) {
      planes_.copy(x_, n, first, count, padded.data());
      gradients_.copy(dy_, n, first, count, gradients.data());
      for (int64_t group = 0; group < count; ++group) {
        add_group(padded.data() + group * planes_.size(), gradients.data() + group * gradients_.size(),
                  sums + group * numbers);
      }
    }
  }

  void add_group(const Real* padded, const Real* dy, double* sums) const {
    const int64_t outputs = g_.K / g_.args.groups;
    for (int64_t r = 0; r < g_.R; ++r) {
      for (int64_t s = 0; s < g_.S; s += kTaps) {
        for (int64_t c = 0; c < g_.G; c += kEight) {
          for (int64_t k = 0; k < outputs; k += kEight) {
            add_taps({r, s, std::min<int64_t>(kTaps, g_.S - s), c}, padded, dy + k / kEight * gradients_.plane(),
                     sums + k);
          }
        }
      }
    }
  }

  /// Taps (r, s), (r, s + 1), ... of eight channels from c on.
  struct Taps {
    int64_t r, s, count, c;
  };

  /// Adds an image's pixels to the sums of some taps for eight outputs.
  void add_taps(const Taps& taps, const Real* padded, const Real* dy, double* sums) const {
    const int64_t outputs = g_.K / g_.args.groups, band = (kBandPixels - 1) / g_.Q + 1;
    const Real* const x = padded + taps.c / kEight * planes_.plane() + taps.s * kEight;
    for (int64_t first = 0; first < g_.P; first += band) {
      Eight band_sums[kTaps][kEight] = {};
      for (int64_t p = first; p < std::min(g_.P, first + band); ++p) {
        const int64_t h = g_.row(p, taps.r);
        if (h < 0 || h >= g_.H) continue;
        const Real* const row = x + (h - g_.row(0, 0)) * planes_.row();
        kAddRow[static_cast<size_t>(taps.count - 1)](dy + p * g_.Q * kEight, g_.Q, row, places_.data(), band_sums);
      }
      for (int64_t s = 0; s < taps.count; ++s) {
        for (int64_t c = 0; c < kEight; ++c) {
          double* const to = sums + ((taps.r * g_.S + taps.s + s) * g_.G + taps.c + c) * outputs;
          for (int64_t k = 0; k < kEight; ++k) to[k] += static_cast<double>(band_sums[s][c][k]);
        }
      }
    }
  }

  ConvGeometry g_;
  const Tensor &dy_, &x_;
  GroupPlanes planes_, gradients_;
  std::vector<int64_t> places_;  // of each output column's first tap in a row
};

}  // namespace

Tensor grouped_backward_weight(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  return WeightGradient(g, dy, x).compute();
}

}  // namespace onefold
