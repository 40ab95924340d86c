#include <limits>

#include "core/annex/conv/winograd_strided_transforms.h"
#include "core/check.h"
#include "core/conv/conv2d.h"
#include "core/conv/winograd_matrices.h"
#include "core/conv/winograd_transforms.h"
#include "core/random.h"
#include "tests/catch.h"

using namespace onefold;

namespace {

using Rows = std::vector<std::vector<double>>;

Rows transposed(const Rows& matrix) {
  Rows result(matrix[0].size(), std::vector<double>(matrix.size()));
  for (size_t i = 0; i < matrix.size(); ++i) {
    for (size_t j = 0; j < matrix[0].size(); ++j) result[j][i] = matrix[i][j];
  }
  return result;
}

/// The matrix that a transform multiplies by, read off from unit vectors.
template <class Transform>
Rows matrix_of(Transform transform, size_t from, size_t to) {
  Rows matrix(to, std::vector<double>(from));
  for (size_t j = 0; j < from; ++j) {
    Vec in[9] = {}, out[9] = {};
    in[j] = broadcast(1);
    transform(in, 1, out, 1);
    for (size_t i = 0; i < to; ++i) matrix[i][j] = static_cast<double>(out[i][0]);
  }
  return matrix;
}

void check_equal(const Rows& got, const Rows& expected) {
  REQUIRE(got.size() == expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    REQUIRE(got[i].size() == expected[i].size());
    for (size_t j = 0; j < got[i].size(); ++j) {
      CHECK(got[i][j] == Approx(expected[i][j]).margin(4 * std::numeric_limits<Real>::epsilon()));
    }
  }
}

template <int M>
void check_transforms() {
  const WinogradMatrices matrices = winograd_matrices(M, 3, winograd_points(M));
  using Transform = WinogradTransform<M>;
  constexpr size_t n = Transform::kTile;
  check_equal(matrix_of(Transform::input, n, n), matrices.bt);
  check_equal(matrix_of(Transform::output, n, M), matrices.at);
  check_equal(matrix_of(Transform::output_adjoint, M, n), transposed(matrices.at));
  check_equal(matrix_of(Transform::kernel, 3, n), matrices.g);
  check_equal(matrix_of(Transform::kernel_adjoint, n, 3), transposed(matrices.g));
}

std::vector<double> times(const Rows& matrix, const std::vector<double>& vector) {
  std::vector<double> result;
  for (const auto& row : matrix) {
    double sum = 0;
    for (size_t j = 0; j < vector.size(); ++j) sum += row[j] * vector[j];
    result.push_back(sum);
  }
  return result;
}

std::vector<double> normals(int count, uint64_t stream) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(Random(5, stream).normal(static_cast<uint64_t>(i)));
  return values;
}

}  // namespace

TEST_CASE("winograd: the matrices convolve, for any size and points", "[core]") {
  const struct {
    int outputs, taps;
    std::vector<double> points;
  } cases[] = {
      {2, 3, {0, 1, -1}}, {4, 3, {0, 1, -1, 2, -2}},     {4, 3, winograd_points(4)},          {3, 2, {0, 0.5, -3}},
      {1, 1, {}},         {2, 5, {0, 1, -1, 0.5, -0.5}}, {6, 3, {0, 1, -1, 2, -2, 0.5, -0.5}}};
  for (const auto& [outputs, taps, points] : cases) {
    CAPTURE(outputs, taps);
    const WinogradMatrices m = winograd_matrices(outputs, taps, points);
    const std::vector<double> d = normals(outputs + taps - 1, 0), g = normals(taps, 1);
    std::vector<double> products = times(m.g, g);
    const std::vector<double> v = times(m.bt, d);
    for (size_t i = 0; i < products.size(); ++i) products[i] *= v[i];
    const std::vector<double> fast = times(m.at, products);
    for (size_t y = 0; y < fast.size(); ++y) {
      double direct = 0;
      for (size_t tap = 0; tap < g.size(); ++tap) direct += d[y + tap] * g[tap];
      CHECK(fast[y] == Approx(direct).margin(1e-11));
    }
  }
}

TEST_CASE("winograd: the kernels' transforms are those matrices", "[core]") {
  check_transforms<2>();
  check_transforms<4>();
}

TEST_CASE("winograd: at stride 2 the transforms are F(4, 2) of the outer taps, the middle one at its", "[core]") {
  // Each point's scale is in A^T instead of G, so that the middle tap, [g1, 0], has one value at all finite points.
  using Transform = StridedTransform;
  const double a = double{Transform::a}, b = double{Transform::b};
  const WinogradMatrices m = winograd_matrices(4, 2, {a, -a, b, -b});
  Rows output = m.at, kernel(6, std::vector<double>(3)), input(9, std::vector<double>(9));
  for (size_t p = 0; p < 5; ++p) {
    const double scale = p < 4 ? m.g[p][0] : 1;
    for (auto& row : output) row[p] *= scale;
    for (size_t tap = 0; tap < 2; ++tap) kernel[p][2 * tap] = m.g[p][tap] / scale;
    for (size_t i = 0; i < 5; ++i) input[p][2 * i] = m.bt[p][i];
    for (size_t i = 0; p < 4 && i < 4; ++i) input[p + 5][2 * i + 1] = m.bt[p][i];
  }
  kernel[5][1] = 1;
  Rows input_gradient(8, std::vector<double>(9));
  for (size_t y = 0; y < 4; ++y) {
    for (size_t p = 0; p < 5; ++p) input_gradient[2 * y + 1][p] = output[y][p];
    for (size_t p = 0; p < 4; ++p) input_gradient[2 * y][p + 5] = output[y][p];
  }
  check_equal(matrix_of(Transform::input, 9, 9), input);
  check_equal(matrix_of(Transform::kernel, 3, 6), kernel);
  check_equal(matrix_of(Transform::kernel_adjoint, 6, 3), transposed(kernel));
  check_equal(matrix_of(Transform::output, 5, 4), output);
  check_equal(matrix_of(Transform::output_adjoint, 4, 5), transposed(output));
  check_equal(matrix_of(Transform::at_points, 5, 5), m.bt);
  check_equal(matrix_of(Transform::input_gradient, 9, 8), input_gradient);
}

TEST_CASE("winograd: F(2x2,3x3) is exact where its transforms are", "[core]") {
  // Weights in multiples of 4 make G g G^T whole numbers; then every sum is.
  Tensor x({2, 7, 9, 20}), w({3, 3, 20, 18});
  const Random pixels(6, 0), weights(6, 1);
  for (int64_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(pixels.below(static_cast<uint64_t>(i), 17) - 8);
  for (int64_t i = 0; i < w.size(); ++i) w[i] = static_cast<Real>(4 * (weights.below(static_cast<uint64_t>(i), 9) - 4));
  Conv2dArgs args = conv2d_args(1, 1);
  args.algorithm = ConvAlgorithm::naive;
  const Tensor expected = conv2d(x, w, args);
  args.algorithm = ConvAlgorithm::winograd2;
  CHECK(max_abs(expected) > 1000);
  CHECK(max_abs_difference(conv2d(x, w, args), expected) == 0);
}

TEST_CASE("winograd: wrong points and tiles are refused", "[core]") {
  CHECK_THROWS_WITH(winograd_matrices(2, 3, {0, 1}), "winograd_matrices: F(2, 3) needs 3 points, got 2");
  CHECK_THROWS_WITH(winograd_matrices(2, 3, {0, 1, 1}), ContainsSubstring("given twice"));
  CHECK_THROWS_WITH(winograd_points(3), ContainsSubstring("choose 2 or 4"));
}
