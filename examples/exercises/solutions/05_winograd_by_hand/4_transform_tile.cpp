#include <vector>

std::vector<double> transform_tile(std::vector<double> d) {
  const auto transform = [&](int begin, int step) {
    const double d0 = d[begin], d1 = d[begin + step], d2 = d[begin + 2 * step], d3 = d[begin + 3 * step];
    d[begin] = d0 - d2;
    d[begin + step] = d1 + d2;
    d[begin + 2 * step] = d2 - d1;
    d[begin + 3 * step] = d1 - d3;
  };
  for (int column = 0; column < 4; ++column) transform(column, 4);
  for (int row = 0; row < 4; ++row) transform(4 * row, 1);
  return d;
}
