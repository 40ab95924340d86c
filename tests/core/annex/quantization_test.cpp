#include "core/annex/quantization.h"

#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

/// Rounding of Real itself, relative: a step's number is not exactly a multiple of the step.
constexpr double kEps = 4 * std::numeric_limits<Real>::epsilon();

std::vector<QuantizationGrid> grids_of(const Tensor& x, int bits) {
  const NumberRange range = number_range({x});
  return {symmetric_grid(range, bits), asymmetric_grid(range, bits)};
}

double largest_error(const Tensor& a, const Tensor& b) { return double{max_abs_difference(a, b)}; }

std::string error_of_range(const Tensor& x, double coverage = 1) {
  try {
    number_range({x}, coverage);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("quantization: within the range nothing moves by more than half a step, and zero stays", "[core][int8]") {
  for (const int bits : {2, 3, 8, 16}) {
    for (const double mean : {0.0, 0.7, -3.0}) {
      Tensor x = random_normal({1000}, Random(7, static_cast<uint64_t>(bits)));
      for (int64_t i = 0; i < x.size(); ++i) x[i] += static_cast<Real>(mean);
      x[17] = 0;
      for (const QuantizationGrid& grid : grids_of(x, bits)) {
        const Tensor y = fake_quantize(x, grid);
        CHECK(largest_error(x, y) <= grid.scale / 2 + kEps * double{max_abs(x)});
        CHECK(y[17] == 0);
      }
    }
  }
}

TEST_CASE("quantization: rounding twice is rounding once, bit for bit", "[core][int8]") {
  const Tensor x = random_normal({5, 400}, Random(3, 0));
  for (const int bits : {2, 5, 8, 16}) {
    for (const QuantizationGrid& grid : grids_of(x, bits)) {
      const Tensor once = fake_quantize(x, grid);
      CHECK(fake_quantize(once, grid).to_vector() == once.to_vector());
    }
  }
}

TEST_CASE("quantization: a grid has no more numbers than its bits, ties go to even, beyond it is its end",
          "[core][int8]") {
  const QuantizationGrid symmetric{1, 0, -7, 7}, shifted{0.5, 3, 0, 15};
  const Tensor x = Tensor::from({8}, {Real(0.5), Real(1.5), Real(2.5), Real(-0.5), Real(-1.5), 100, -100, Real(0.25)});
  CHECK(fake_quantize(x, symmetric).to_vector() == std::vector<Real>{0, 2, 2, 0, -2, 7, -7, 0});
  CHECK(fake_quantize(x, shifted).to_vector() ==
        std::vector<Real>{Real(0.5), Real(1.5), Real(2.5), Real(-0.5), Real(-1.5), 6, Real(-1.5), 0});
  CHECK(symmetric_grid({-1, 2}, 8).highest == 127);
  CHECK(symmetric_grid({-1, 2}, 8).lowest == -127);
  CHECK(asymmetric_grid({-1, 2}, 8).zero_point == 85);
  CHECK(asymmetric_grid({-1, 2}, 8).highest == 255);
}

TEST_CASE("quantization: integers of the grid's range stay as they are", "[core][int8]") {
  Tensor x({255});
  for (int64_t i = 0; i < 255; ++i) x[i] = static_cast<Real>(i - 127);
  CHECK(fake_quantize(x, symmetric_grid(number_range({x}), 8)).to_vector() == x.to_vector());
  Tensor positive({256});
  for (int64_t i = 0; i < 256; ++i) positive[i] = static_cast<Real>(i);
  CHECK(fake_quantize(positive, asymmetric_grid(number_range({positive}), 8)).to_vector() == positive.to_vector());
  const Tensor zeros = Tensor::zeros({4});
  for (const QuantizationGrid& grid : grids_of(zeros, 8))
    CHECK(fake_quantize(zeros, grid).to_vector() == zeros.to_vector());
}

TEST_CASE("quantization: a channel's own step is never longer than the tensor's", "[core][int8]") {
  // Channels of very different sizes, as a fold makes them.
  const int64_t K = 6;
  Tensor w = random_normal({3, 3, 8, K}, Random(5, 0));
  for (int64_t i = 0; i < w.size(); ++i) w[i] *= static_cast<Real>(std::pow(10, -(i % K)));
  const QuantizationGrid tensor = symmetric_grid(number_range({w}), 8);
  std::vector<QuantizationGrid> channels;
  for (const NumberRange& range : channel_ranges(w)) channels.push_back(symmetric_grid(range, 8));
  for (const QuantizationGrid& grid : channels) CHECK(grid.scale <= tensor.scale);

  const Tensor by_tensor = fake_quantize(w, tensor), by_channel = fake_quantize_channels(w, channels);
  CHECK(largest_error(w, by_channel) <= largest_error(w, by_tensor));
  for (int64_t k = 0; k < K; ++k) {
    double worst = 0;
    for (int64_t i = k; i < w.size(); i += K) worst = std::max(worst, std::abs(double{w[i]} - double{by_channel[i]}));
    CHECK(worst <= channels[static_cast<size_t>(k)].scale / 2 * (1 + kEps * 127));
  }
  // The smallest channel is far below half a step of the tensor's grid: nothing is left of it.
  CHECK(by_tensor[K - 1] == 0);
  CHECK(by_channel[K - 1] != 0);
}

TEST_CASE("quantization: less than full coverage leaves out as many at either end", "[core][int8]") {
  Tensor x({100});
  for (int64_t i = 0; i < 100; ++i) x[i] = static_cast<Real>((i * 37) % 100 - 50);
  const NumberRange all = number_range({x}), most = number_range({x}, 0.9);
  CHECK(all.low == -50);
  CHECK(all.high == 49);
  CHECK(most.low == -45);
  CHECK(most.high == 44);
  // Zero always belongs to it.
  CHECK(number_range({Tensor::full({3}, 5)}).low == 0);
  CHECK(number_range({Tensor::full({3}, -5)}).high == 0);
}

TEST_CASE("quantization: equal bits for any number of threads", "[core][int8]") {
  const Tensor x = random_normal({100, 1000}, Random(3, 0));
  const QuantizationGrid grid = symmetric_grid(number_range({x}), 8);
  const int before = threads();
  set_threads(1);
  const Tensor one = fake_quantize(x, grid);
  set_threads(3);
  CHECK(fake_quantize(x, grid).to_vector() == one.to_vector());
  set_threads(before);
}

TEST_CASE("quantization: bad input", "[core][int8]") {
  const Real nan = std::numeric_limits<Real>::quiet_NaN(), infinite = std::numeric_limits<Real>::infinity();
  CHECK_THAT(error_of_range(Tensor::from({2}, {1, nan})), ContainsSubstring("has nan at element 1"));
  CHECK_THAT(error_of_range(Tensor::from({2}, {infinite, 1})), ContainsSubstring("has inf at element 0"));
  CHECK_THAT(error_of_range(Tensor{}), ContainsSubstring("no values to take a range of"));
  for (const double coverage : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THAT(error_of_range(Tensor::full({2}, 1), coverage), ContainsSubstring("choose above 0 and at most 1"));
  }
  for (const int bits : {-1, 0, 1, 17, 64}) {
    CHECK_THROWS_WITH(symmetric_grid({-1, 1}, bits), ContainsSubstring("bits, choose 2 to 16"));
    CHECK_THROWS_WITH(asymmetric_grid({-1, 1}, bits), ContainsSubstring("bits, choose 2 to 16"));
  }
  CHECK_THROWS_AS(channel_ranges(Tensor::from({1, 2}, {1, nan})), Error);
  CHECK_THROWS_WITH(fake_quantize_channels(Tensor::zeros({2, 3}), {{}, {}}), ContainsSubstring("2 grids for [2 3]"));
  CHECK_THROWS_AS(fake_quantize(Tensor{}, {}), Error);
  CHECK(std::isnan(fake_quantize(Tensor::full({1}, nan), symmetric_grid({-1, 1}, 8))[0]));
}
