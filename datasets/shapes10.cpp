#include "datasets/shapes10.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/check.h"
#include "core/parallel.h"
#include "core/random.h"

namespace onefold {

namespace {

constexpr int64_t kSide = 32;  // pixels per side of an image
constexpr int kSamples = 4;    // samples per side of a pixel: 4 x 4 of them make edges smooth
constexpr double kPi = std::numbers::pi;
constexpr uint64_t kStream = 0x5348ull << 48;  // "SH": distinct from the streams of shuffling and augmentation

constexpr std::array<const char*, 10> kClasses = {"disc",  "ring", "square", "frame",   "triangle",
                                                  "cross", "star", "bars",   "chequer", "crescent"};

struct Point {
  double x, y;
};
using Colour = std::array<double, 3>;  // red, green, blue in [0, 1]

double length(Point p) { return std::sqrt(p.x * p.x + p.y * p.y); }
Point direction(double angle) { return {std::cos(angle), std::sin(angle)}; }

/// p as seen when the direction `axis` is taken for the x axis.
Point turned(Point p, Point axis) { return {p.x * axis.x + p.y * axis.y, p.y * axis.x - p.x * axis.y}; }

/// Whether p is in the centred box with the given half sides.
bool in_box(Point p, double half_x, double half_y) { return std::abs(p.x) < half_x && std::abs(p.y) < half_y; }

/// How many of n lines separate p from the origin, all at `distance` from it: the first above it, the others turned by
/// an nth of a circle each. (y grows downwards.)
int lines_crossed(Point p, int n, double distance) {
  const Point turn = direction(2 * kPi / n);
  int crossed = 0;
  for (int k = 0; k < n; ++k, p = turned(p, turn)) crossed += p.y < -distance;
  return crossed;
}

/// Whether p is in the shape of a class, drawn around the origin with a radius of about 1.
bool inside(int64_t label, Point p) {
  switch (label) {
    case 0: return length(p) < 0.9;
    case 1: return length(p) < 1 && length(p) > 0.6;
    case 2: return in_box(p, 0.8, 0.8);
    case 3: return in_box(p, 0.88, 0.88) && !in_box(p, 0.52, 0.52);
    case 4: return lines_crossed({-p.x, -p.y}, 3, 0.57) == 0;
    case 5: return in_box(p, 1, 0.32) || in_box(p, 0.32, 1);
    case 6: return lines_crossed(p, 5, 0.37) <= 1;  // each line of a pentagram cuts off one tip
    case 7: return in_box(p, 0.9, 0.9) && std::fmod(p.x + 0.9, 0.72) < 0.36;  // three bars, two gaps
    case 8: return in_box(p, 0.9, 0.9) && (std::fmod(p.x + 0.9, 1.2) < 0.6) == (std::fmod(p.y + 0.9, 1.2) < 0.6);
    default: return length(p) < 1 && length({p.x - 0.5, p.y}) > 0.75;
  }
}

/// The random numbers of one image, drawn in order.
class Draws {
 public:
  explicit Draws(Random random) : random_(random) {}
  double uniform(double low, double high) { return low + (high - low) * random_.uniform(next_++); }
  int64_t below(double bound) { return static_cast<int64_t>(uniform(0, bound)); }
  uint64_t bits() { return random_.bits(next_++); }

 private:
  Random random_;
  uint64_t next_ = 0;
};

/// A colour of the given brightness and approximately the given saturation: only the hue is random.
Colour random_colour(Draws& draws, double brightness, double saturation) {
  const double hue = draws.uniform(0, 2 * kPi);
  Colour colour;
  for (size_t c = 0; c < 3; ++c) {
    colour[c] = std::clamp(brightness + saturation * std::cos(hue - 2 * kPi / 3 * static_cast<double>(c)), 0.0, 1.0);
  }
  return colour;
}

Colour mix(const Colour& a, const Colour& b, double share_of_b) {
  Colour mixed;
  for (size_t c = 0; c < 3; ++c) mixed[c] = a[c] + (b[c] - a[c]) * share_of_b;
  return mixed;
}

using Canvas = std::array<Colour, kSide * kSide>;

/// The colour at a pixel: a gradient between two colours along a direction.
struct Gradient {
  Colour from, to;
  Point direction;  // of length 1

  Colour at(Point pixel) const {
    const double along = (pixel.x / kSide - 0.5) * direction.x + (pixel.y / kSide - 0.5) * direction.y;
    return mix(from, to, std::clamp(along + 0.5, 0.0, 1.0));
  }
};

Gradient random_gradient(Draws& draws, double brightness, double saturation) {
  const Point along = direction(draws.uniform(0, 2 * kPi));
  const Colour from = random_colour(draws, brightness - 0.1, saturation);
  const Colour other = random_colour(draws, brightness + 0.1, saturation);
  return {from, mix(from, other, 0.7), along};
}

/// Paints the points within `reach` of the centre for which `covers(point)` is true, each pixel by its covered share.
template <class Covers>
void paint(Canvas& canvas, Point centre, double reach, double opacity, const Gradient& gradient, const Covers& covers) {
  const auto pixel_at = [](double place) { return std::clamp<int64_t>(static_cast<int64_t>(place), 0, kSide - 1); };
  for (int64_t row = pixel_at(centre.y - reach); row <= pixel_at(centre.y + reach); ++row) {
    for (int64_t column = pixel_at(centre.x - reach); column <= pixel_at(centre.x + reach); ++column) {
      int covered = 0;
      for (int sample = 0; sample < kSamples * kSamples; ++sample) {
        const double x = static_cast<double>(column) + (sample % kSamples + 0.5) / kSamples;
        const double y = static_cast<double>(row) + (sample / kSamples + 0.5) / kSamples;
        covered += covers(Point{x - centre.x, y - centre.y});
      }
      Colour& colour = canvas[static_cast<size_t>(row * kSide + column)];
      const Colour paint_colour = gradient.at({static_cast<double>(column), static_cast<double>(row)});
      colour = mix(colour, paint_colour, opacity * covered / (kSamples * kSamples));
    }
  }
}

/// Strokes and dots that are independent of the class. In front of the shape they hide parts of it.
void paint_strokes(Canvas& canvas, Draws& draws, double fewer_than, double size, double brightness) {
  for (int64_t strokes = draws.below(fewer_than); strokes > 0; --strokes) {
    const Point centre = {draws.uniform(0, kSide), draws.uniform(0, kSide)};
    const double half_length = size * draws.uniform(0, 5), half_width = size * draws.uniform(0.5, 1.6);
    const Point along = direction(draws.uniform(0, kPi));
    const Gradient gradient = random_gradient(draws, brightness + draws.uniform(-0.3, 0.3), 0.3);
    paint(canvas, centre, half_length + half_width, 1, gradient, [&](Point p) {
      const Point q = turned(p, along);
      return length({q.x - std::clamp(q.x, -half_length, half_length), q.y}) < half_width;
    });
  }
}

/// A shape and its faint shadow, its centre off the image's by at most `shift` in each direction.
void paint_shape(Canvas& canvas, Draws& draws, int64_t label, double radius, double shift, double brightness) {
  const Point centre = {kSide / 2 + draws.uniform(-shift, shift), kSide / 2 + draws.uniform(-shift, shift)};
  const Point turn = direction(draws.uniform(-0.6, 0.6));
  const auto covers = [&](Point p) { return inside(label, turned({p.x / radius, p.y / radius}, turn)); };
  const Gradient shadow = {{0, 0, 0}, {0, 0, 0}, {1, 0}};
  paint(canvas, {centre.x + 1.2, centre.y + 1.4}, 1.25 * radius, 0.35, shadow, covers);
  paint(canvas, centre, 1.25 * radius, 1, random_gradient(draws, brightness, 0.3), covers);
}

/// Nearly normal noise of this std: the sum of four bytes has std 147.8.
void write_noisy(const Canvas& canvas, Draws& draws, double deviation, uint8_t* pixels) {
  for (size_t i = 0; i < canvas.size() * 3; i += 2) {
    uint64_t bits = draws.bits();
    for (size_t j = i; j < i + 2; ++j) {
      double noise = -4 * 127.5;
      for (int byte = 0; byte < 4; ++byte, bits >>= 8) noise += static_cast<double>(bits & 255);
      const double value = canvas[j / 3][j % 3] + deviation * noise / 147.8;
      pixels[j] = static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    }
  }
}

void draw_image(uint64_t seed, uint64_t split, int64_t index, uint8_t* pixels) {
  Draws draws(Random(seed, kStream | split << 40 | static_cast<uint64_t>(index)));
  const double u = draws.uniform(0, 1), difficulty = u * u * u;  // most images are easy

  // Mostly bright shapes on dark backgrounds, sometimes the reverse.
  const bool bright_shape = draws.uniform(0, 1) < 0.85;
  const double ground_brightness = bright_shape ? draws.uniform(0.15, 0.45) : draws.uniform(0.65, 0.9);
  const double contrast = draws.uniform(0.2, 0.5) * (1 - 0.8 * difficulty);
  const double shape_brightness = ground_brightness + (bright_shape ? contrast : -contrast);

  Canvas canvas;
  const Gradient ground = random_gradient(draws, ground_brightness, 0.15);
  for (int64_t i = 0; i < kSide * kSide; ++i) {
    canvas[static_cast<size_t>(i)] = ground.at({static_cast<double>(i % kSide), static_cast<double>(i / kSide)});
  }

  // Only the large shape is of the image's class.
  paint_strokes(canvas, draws, 11, 1, ground_brightness);
  for (int64_t small = draws.below(1 + 4 * difficulty); small > 0; --small) {
    const int64_t label = draws.below(10);
    paint_shape(canvas, draws, label, draws.uniform(2, 4), 16, shape_brightness);
  }
  paint_shape(canvas, draws, index % 10, draws.uniform(6, 12), 4, shape_brightness);
  paint_strokes(canvas, draws, 3 + 6 * difficulty, 1.4 + difficulty, ground_brightness);
  write_noisy(canvas, draws, 0.06 + 0.1 * difficulty, pixels);
}

Dataset draw_split(uint64_t seed, uint64_t split, int64_t count) {
  Dataset dataset;
  dataset.name = "Shapes10 v2 (drawn, seed " + std::to_string(seed) + ")";
  dataset.classes.assign(kClasses.begin(), kClasses.end());
  dataset.height = dataset.width = kSide;
  dataset.pixels.resize(static_cast<size_t>(count * dataset.image_bytes()));
  dataset.labels.resize(static_cast<size_t>(count));

  parallel_for(count, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      dataset.labels[static_cast<size_t>(i)] = static_cast<int>(i % 10);
      draw_image(seed, split, i, dataset.pixels.data() + i * dataset.image_bytes());
    }
  });
  return dataset;
}

}  // namespace

// [shapes10]
DatasetSplits shapes10(uint64_t seed, int64_t train_count, int64_t test_count) {
  check(train_count >= 1 && test_count >= 1, "Shapes10: got ", train_count, " training and ", test_count,
        " test images, choose at least 1 of each");
  return {draw_split(seed, 0, train_count), draw_split(seed, 1, test_count)};
}
// [/shapes10]

}  // namespace onefold
