#include <vector>

#include "examples/exercises/exercise.h"

std::vector<std::vector<double>> convolve(const std::vector<std::vector<double>>& image,
                                          const std::vector<std::vector<double>>& filter);

void onefold::exercise::check() {
  const auto flat = [](const std::vector<std::vector<double>>& grid) {
    Values all;
    for (const auto& row : grid) all.insert(all.end(), row.begin(), row.end());
    return all;
  };
  const std::vector<std::vector<double>> image = {{1, 2, 3}, {4, 5, 6}};
  expect("a 1 at the filter's centre copies the image", flat(convolve(image, {{0, 0, 0}, {0, 1, 0}, {0, 0, 0}})),
         {1, 2, 3, 4, 5, 6}, {{{5, 6, 0, 0, 0, 0}, "the filter's centre belongs on the pixel: subtract the padding"}});
  expect("a 1 at the left takes the pixel on the left", flat(convolve(image, {{0, 0, 0}, {1, 0, 0}, {0, 0, 0}})),
         {0, 1, 2, 0, 4, 5},
         {{{2, 3, 0, 5, 6, 0}, "the filter is flipped: that is the pixel on the right"},
          {{0, 0, 0, 1, 2, 3}, "rows and columns are exchanged: that is the pixel above"}});
  expect("nine ones add up what is around", flat(convolve(image, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}})),
         {12, 21, 16, 12, 21, 16});
}
