#include <vector>

std::vector<std::vector<double>> convolve(const std::vector<std::vector<double>>& image,
                                          const std::vector<std::vector<double>>& filter) {
  const int height = int(image.size()), width = int(image[0].size());
  std::vector<std::vector<double>> result(image.size(), std::vector<double>(image[0].size()));
  for (int h = 0; h < height; ++h)
    for (int w = 0; w < width; ++w)
      for (int r = 0; r < 3; ++r)
        for (int s = 0; s < 3; ++s) {
          const int row = h + r - 1, column = w + s - 1;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          result[h][w] += image[row][column] * filter[r][s];
        }
  return result;
}
