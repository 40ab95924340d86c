// Lesson 0, second part. One filter: a convolution in full numbers, what stride and padding do, and a filter that is
// learned.
//
// Command: build/examples/00_one_filter [FILE.svg]
// Page:    docs/00-one-filter.md
//
// Expected output (at once):
//   1. A filter of 3x3 slides over an image of 5x5
//   ...
//   2. Padding, stride, pooling
//   ...
//   3. Channels: one filter for each, and the results are added
//   ...
//   4. A filter is learned from 20 images and what an edge filter made of them
//   ...

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/files/atomic_file.h"
#include "core/random.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/pictures/picture_file.h"

using namespace onefold;

namespace {

using Grid = std::vector<std::vector<double>>;

Grid zeros(int rows, int columns) { return Grid(size_t(rows), std::vector<double>(size_t(columns))); }

// [slide]
/// One output value: each value under the filter times the filter's own, summed up. Outside of the image is zero.
double under_filter(const Grid& image, const Grid& filter, int top, int left) {
  double sum = 0;
  for (int r = 0; r < int(filter.size()); ++r)
    for (int s = 0; s < int(filter[0].size()); ++s) {
      const int row = top + r, column = left + s;
      const bool inside = row >= 0 && row < int(image.size()) && column >= 0 && column < int(image[0].size());
      if (inside) sum += image[size_t(row)][size_t(column)] * filter[size_t(r)][size_t(s)];
    }
  return sum;
}

/// The filter at all its places: from `padding` outside of the image, `stride` further each time.
Grid convolve(const Grid& image, const Grid& filter, int stride, int padding) {
  const int height = (int(image.size()) + 2 * padding - int(filter.size())) / stride + 1;
  const int width = (int(image[0].size()) + 2 * padding - int(filter[0].size())) / stride + 1;
  Grid result = zeros(height, width);
  for (int p = 0; p < height; ++p)
    for (int q = 0; q < width; ++q)
      result[size_t(p)][size_t(q)] = under_filter(image, filter, p * stride - padding, q * stride - padding);
  return result;
}
// [/slide]

// [pool]
/// The largest of every 2x2 values: half as many rows and columns.
Grid max_pool(const Grid& map) {
  Grid result(map.size() / 2, std::vector<double>(map[0].size() / 2));
  for (size_t p = 0; p < result.size(); ++p)
    for (size_t q = 0; q < result[0].size(); ++q)
      result[p][q] =
          std::max({map[2 * p][2 * q], map[2 * p][2 * q + 1], map[2 * p + 1][2 * q], map[2 * p + 1][2 * q + 1]});
  return result;
}
// [/pool]

void print(const char* name, const Grid& grid) {
  for (size_t i = 0; i < grid.size(); ++i) {
    std::printf("   %-26s", i == 0 ? name : "");
    for (const double value : grid[i]) std::printf(" %4g", value + 0.0);  // -0 + 0 is 0
    std::puts("");
  }
}

// [numbers]
const Grid kImage = {{0, 0, 9, 9, 9}, {0, 0, 9, 9, 9}, {0, 0, 9, 9, 9}, {0, 0, 9, 9, 9}, {0, 0, 9, 9, 9}};
const Grid kEdge = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};  // right minus left: large where a vertical edge is
// [/numbers]

void full_numbers() {
  std::puts("1. A filter of 3x3 slides over an image of 5x5");
  print("image", kImage);
  print("filter", kEdge);
  std::printf("   at the top left            ");
  for (size_t r = 0; r < 3; ++r)
    for (size_t s = 0; s < 3; ++s) std::printf("%s%g*%g", r + s == 0 ? "" : " + ", kImage[r][s], kEdge[r][s]);
  std::printf(" = %g\n", under_filter(kImage, kEdge, 0, 0));
  print("result", convolve(kImage, kEdge, 1, 0));
}

void sizes() {
  std::puts("\n2. Padding, stride, pooling");
  print("padding 1", convolve(kImage, kEdge, 1, 1));
  print("padding 1, stride 2", convolve(kImage, kEdge, 2, 1));
  const Grid map = {{1, 2, 0, 0}, {3, 4, 0, 5}, {0, 0, 7, 0}, {6, 0, 0, 8}};
  print("another map", map);
  print("2x2 max pooling of it", max_pool(map));
}

void channels() {
  std::puts("\n3. Channels: one filter for each, and the results are added");
  const Grid red = {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, blue = {{0, 0, 0}, {0, 5, 0}, {0, 0, 0}};
  const Grid for_red = {{1, 0, 0}, {0, 0, 0}, {0, 0, 0}}, for_blue = {{0, 0, 0}, {0, 1, 0}, {0, 0, 0}};
  const double bias = 10;
  const double sum = under_filter(red, for_red, 0, 0) + under_filter(blue, for_blue, 0, 0) + bias;
  std::printf("   red %g + blue %g + bias %g = %g\n", under_filter(red, for_red, 0, 0),
              under_filter(blue, for_blue, 0, 0), bias, sum);
}

// [learn]
/// Finds a filter from examples: images, and what an unknown filter made of each.
Tensor learn_filter(const Variable& images, const Variable& wanted) {
  const Variable filter(Tensor::zeros({3, 3, 1, 1}), /*requires_grad=*/true);
  Sgd optimizer({{{filter}, /*rate=*/0.1, /*weight_decay=*/0}});
  for (int step = 0; step < 60; ++step) {
    const Variable error = subtract(conv2d(images, filter, conv2d_args(1, 1)), wanted);
    const Variable loss = mean(multiply(error, error));
    optimizer.clear_grads();
    loss.backward();
    optimizer.step(1);
    if (step % 20 == 0) std::printf("   step %2d   loss %7.4f\n", step, double{loss.value().item()});
  }
  return filter.value();
}
// [/learn]

void learned_filter() {
  std::puts("\n4. A filter is learned from 20 images and what an edge filter made of them");
  Tensor edge = Tensor::zeros({3, 3, 1, 1});
  for (int64_t i = 0; i < 9; ++i) edge[i] = Real(kEdge[size_t(i / 3)][size_t(i % 3)]);
  const Variable images(random_normal({20, 8, 8, 1}, Random(/*seed=*/1, /*stream=*/0)));
  const Tensor learned = learn_filter(images, conv2d(images, Variable(edge), conv2d_args(1, 1)));
  double difference = 0;
  for (int64_t i = 0; i < 9; ++i) {
    const double rounded = std::round(100 * double{learned[i]}) / 100 + 0.0;  // -0 + 0 is 0
    std::printf("%s %5.2f%s", i % 3 == 0 ? "  " : "", rounded, i % 3 == 2 ? "\n" : "");
    difference = std::max(difference, std::abs(double{learned[i]} - double{edge[i]}));
  }
  std::printf("   within 0.05 of the edge filter: %s\n", difference < 0.05 ? "yes" : "no");
}

// -- the picture: numbers in cells, grey by value

Svg cells(const Grid& grid, const std::string& label, bool with_numbers) {
  const double cell = with_numbers ? 36 : 180.0 / double(grid.size());
  double low = 0, high = 0;
  for (const auto& row : grid)
    for (const double value : row) low = std::min(low, value), high = std::max(high, value);
  Svg drawn;
  for (size_t i = 0; i < grid.size(); ++i) {
    for (size_t j = 0; j < grid[0].size(); ++j) {
      const int grey = 255 - int(150 * (grid[i][j] - low) / std::max(high - low, 1e-9));
      const std::string level = std::to_string(grey);
      drawn += element("rect", {{"x", coordinate(cell * double(j))},
                                {"y", coordinate(cell * double(i))},
                                {"width", coordinate(cell)},
                                {"height", coordinate(cell)},
                                {"fill", "rgb(" + level + "," + level + "," + level + ")"},
                                {"stroke", with_numbers ? "#5b6472" : "none"}});
      if (!with_numbers) continue;
      char number[16];
      std::snprintf(number, sizeof number, "%g", grid[i][j] + 0.0);
      drawn += element("text",
                       {{"x", coordinate(cell * (double(j) + 0.5))},
                        {"y", coordinate(cell * (double(i) + 0.5) + 4)},
                        {"text-anchor", "middle"}},
                       text(number));
    }
  }
  return svg(cell * double(grid[0].size()), cell * double(grid.size()), label, drawn);
}

/// A bright disc on a dark ground.
Grid disc(int size) {
  Grid image = zeros(size, size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j)
      image[size_t(i)][size_t(j)] = std::hypot(i - size / 2, j - size / 2) < size / 3.0 ? 1 : 0;
  return image;
}

void draw(const std::string& where) {
  const Grid round = disc(24), edges = convolve(round, kEdge, 1, 1), result = convolve(kImage, kEdge, 1, 0);
  const Grid padded = convolve(kImage, kEdge, 1, 1), strided = convolve(kImage, kEdge, 2, 1);
  const auto panel = [](const char* title, const Svg& picture, double left, double top, double size) {
    return Panel{title, picture, left, top, size, size + kPanelTitle};
  };
  write_file_atomically(where,
                        picture_file("A filter that finds vertical edges", {}, 780, 510,
                                     {panel("image, 5x5", cells(kImage, "image", true), 24, 56, 180),
                                      panel("filter, 3x3", cells(kEdge, "filter", true), 224, 56, 108),
                                      panel("result, 3x3", cells(result, "result", true), 352, 56, 108),
                                      panel("with padding 1, 5x5", cells(padded, "with padding", true), 480, 56, 180),
                                      panel("padding 1, stride 2", cells(strided, "with stride", true), 480, 280, 108),
                                      panel("a disc", cells(round, "a disc", false), 24, 280, 180),
                                      panel("its vertical edges", cells(edges, "its edges", false), 224, 280, 180)}));
}

void lesson(const std::string& picture) {
  full_numbers();
  sizes();
  channels();
  learned_filter();
  if (!picture.empty()) draw(picture);
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FILE.svg", "draw the filter and its results to this file", lesson);
}
