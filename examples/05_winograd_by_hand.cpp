// Lesson 5. Winograd by hand: one tile of F(2x2,3x3), every matrix printed, every multiplication counted.
//
// Command: build/examples/05_winograd_by_hand
// Page:    docs/05-winograd-by-hand.md
//
// Expected output (at once):
//   1. The plain way: 4 outputs, 9 products each
//   ...
//   multiplications: 36
//   ...
//   4. The only multiplications: M = U . V, element by element
//   ...
//   multiplications: 16
//   ...
//   maximum difference from the plain way: 0
//   maximum difference from the library's kernel: 0
//   ...

#include <cstdio>
#include <vector>

#include "core/conv/conv2d.h"
#include "examples/cli/program.h"

using namespace onefold;

namespace {

using Rows = std::vector<std::vector<double>>;

// -- the constant matrices of F(2x2,3x3): Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
//    section 4.1

// [matrices]
const Rows kBt = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};  // for data
const Rows kG = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};           // for weights
const Rows kAt = {{1, 1, 1, 0}, {0, 1, -1, -1}};                               // for outputs
// [/matrices]

// [both-sides]
/// A X A^T: transforms the columns of X, then the rows.
Rows transform(const Rows& a, const Rows& x) {
  Rows y(a.size(), std::vector<double>(a.size()));
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < a.size(); ++j)
      for (size_t k = 0; k < x.size(); ++k)
        for (size_t l = 0; l < x.size(); ++l) y[i][j] += a[i][k] * x[k][l] * a[j][l];
  return y;
}
// [/both-sides]

// [plain]
/// Four outputs, each the sum of nine products of data and weights.
Rows plain_way(const Rows& d, const Rows& g, int& multiplications) {
  Rows y(2, std::vector<double>(2));
  for (size_t p = 0; p < 2; ++p)
    for (size_t q = 0; q < 2; ++q)
      for (size_t r = 0; r < 3; ++r)
        for (size_t s = 0; s < 3; ++s, ++multiplications) y[p][q] += d[p + r][q + s] * g[r][s];
  return y;
}
// [/plain]

// [elementwise]
Rows element_by_element(const Rows& u, const Rows& v, int& multiplications) {
  Rows m(4, std::vector<double>(4));
  for (size_t i = 0; i < 4; ++i)
    for (size_t j = 0; j < 4; ++j, ++multiplications) m[i][j] = u[i][j] * v[i][j];
  return m;
}
// [/elementwise]

void print(const char* name, const Rows& a) {
  for (size_t i = 0; i < a.size(); ++i) {
    std::printf("   %-12s", i == 0 ? name : "");
    for (const double value : a[i]) std::printf(" %6.4g", value + 0.0);  // -0 + 0 is 0
    std::puts("");
  }
}

/// A matrix as a tensor, with the two axes of extent 1 that images and kernels of one channel have.
Tensor to_tensor(const Rows& a, const Shape& shape) {
  std::vector<Real> numbers;
  for (const auto& row : a) numbers.insert(numbers.end(), row.begin(), row.end());
  return Tensor::from(shape, numbers);
}

void lesson() {
  const Rows d = {{3, 2, 0, 4}, {3, 3, 0, 3}, {0, 0, 0, 1}, {1, 5, 0, 3}};
  const Rows g = {{1, 3, 0}, {2, 4, -2}, {0, 1, 1}};

  std::puts("1. The plain way: 4 outputs, 9 products each");
  int plain_count = 0;
  const Rows plain = plain_way(d, g, plain_count);
  print("data d", d);
  print("weights g", g);
  print("outputs y", plain);
  std::printf("   multiplications: %d\n", plain_count);

  std::puts("\n2. The weights, once for all tiles: U = G g G^T");
  const Rows u = transform(kG, g);
  print("G", kG);
  print("U", u);

  std::puts("\n3. The data, by additions alone: V = B^T d B");
  const Rows v = transform(kBt, d);
  print("B^T", kBt);
  print("V", v);

  std::puts("\n4. The only multiplications: M = U . V, element by element");
  int winograd_count = 0;
  const Rows m = element_by_element(u, v, winograd_count);
  print("M", m);
  std::printf("   multiplications: %d\n", winograd_count);

  std::puts("\n5. Back, by additions alone: y = A^T M A");
  const Rows y = transform(kAt, m);
  print("A^T", kAt);
  print("outputs y", y);

  // [library]
  const Tensor image = to_tensor(d, {1, 4, 4, 1});   // [N, H, W, C]
  const Tensor kernel = to_tensor(g, {3, 3, 1, 1});  // [R, S, C, K]
  Conv2dArgs args = conv2d_args(/*stride=*/1, /*padding=*/0);
  args.algorithm = ConvAlgorithm::winograd2;
  const Tensor result = conv2d(image, kernel, args);
  // [/library]
  const Shape output_shape{1, 2, 2, 1};
  std::printf("   maximum difference from the plain way: %g\n",
              max_abs_difference(to_tensor(y, output_shape), to_tensor(plain, output_shape)));
  std::printf("   maximum difference from the library's kernel: %g\n",
              max_abs_difference(to_tensor(y, output_shape), result));

  std::puts("\n6. F(m x m,3x3) for larger tiles: (m + 2)^2 products instead of 9 m^2");
  for (const int size : {2, 4, 6}) {
    const int plain_products = 9 * size * size, products = (size + 2) * (size + 2);
    std::printf("   m = %d   tile %dx%d   %3d -> %2d products   %.2f times fewer\n", size, size + 2, size + 2,
                plain_products, products, static_cast<double>(plain_products) / products);
  }
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
