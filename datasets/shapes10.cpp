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

constexpr int64_t kSide = 32;    // pixels per side of an image
constexpr int kSamples = 4;      // samples per side of a pixel: 4 x 4 of them make edges smooth
constexpr double kNoise = 0.06;  // std of the noise per channel, in [0, 1]
constexpr double kPi = std::numbers::pi;
constexpr uint64_t kStream = 0x5348ull << 48;  // "SH": distinct from the streams of shuffling and augmentation

constexpr std::array<const char*, 10> kClasses = {"disc",  "ring", "square", "frame",   "triangle",
                                                  "cross", "star", "bars",   "chequer", "crescent"};

struct Point {
  double x, y;
};
using Colour = std::array<double, 3>;  // red, green, blue in [0, 1]

double length(Point p) { return std::sqrt(p.x * p.x + p.y * p.y); }

/// Whether p is in the centred box with the given half sides.
bool in_box(Point p, double half_x, double half_y) { return std::abs(p.x) < half_x && std::abs(p.y) < half_y; }

/// Whether p is in a coloured square of a chequerboard with squares of side 0.6.
bool in_coloured_check(Point p) { return (static_cast<int>(p.x / 0.6) + static_cast<int>(p.y / 0.6)) % 2 == 0; }

/// The direction of corner k of n; corner 0 points up. (y grows downwards.)
Point corner(int k, int n) {
  const double angle = 2 * kPi * k / n;
  return {std::sin(angle), -std::cos(angle)};
}

/// Whether p is within three lines, each opposite a corner at distance 1.
bool in_triangle(Point p) {
  static const std::array<Point, 3> corners = {corner(0, 3), corner(1, 3), corner(2, 3)};
  return std::ranges::all_of(corners, [&](Point c) { return p.x * c.x + p.y * c.y > -0.5; });
}

/// A pentagram, tips at distance 1: each of its five lines cuts off one tip, and at most one cuts off a point inside.
bool in_star(Point p) {
  static const std::array<Point, 5> tips = {corner(0, 5), corner(1, 5), corner(2, 5), corner(3, 5), corner(4, 5)};
  const double distance = std::cos(2 * kPi / 5);
  return std::ranges::count_if(tips, [&](Point tip) { return p.x * tip.x + p.y * tip.y > distance; }) <= 1;
}

/// Whether p is in the shape of a class, drawn around the origin with a radius of about 1.
bool inside(int label, Point p) {
  switch (label) {
    case 0: return length(p) < 0.9;
    case 1: return length(p) < 1 && length(p) > 0.6;
    case 2: return in_box(p, 0.8, 0.8);
    case 3: return in_box(p, 0.88, 0.88) && !in_box(p, 0.52, 0.52);
    case 4: return in_triangle({p.x / 1.15, p.y / 1.15});
    case 5: return in_box(p, 1, 0.32) || in_box(p, 0.32, 1);
    case 6: return in_star({p.x / 1.2, p.y / 1.2});
    case 7: return in_box(p, 0.9, 0.9) && std::fmod(p.x + 0.9, 0.72) < 0.36;  // three bars, two gaps
    case 8: return in_box(p, 0.9, 0.9) && in_coloured_check({p.x + 0.9, p.y + 0.9});
    default: return length(p) < 1 && length({p.x - 0.5, p.y}) > 0.75;
  }
}

/// The random numbers of one image, drawn in order.
class Draws {
 public:
  explicit Draws(Random random) : random_(random) {}
  double uniform(double low, double high) { return low + (high - low) * random_.uniform(next_++); }
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
  const double angle = draws.uniform(0, 2 * kPi);
  const Colour from = random_colour(draws, brightness - 0.1, saturation);
  const Colour other = random_colour(draws, brightness + 0.1, saturation);
  return {from, mix(from, other, 0.7), {std::cos(angle), std::sin(angle)}};
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

/// Small dots and strokes that are independent of the class.
void paint_clutter(Canvas& canvas, Draws& draws, double brightness) {
  const int marks = static_cast<int>(draws.uniform(4, 10));
  for (int mark = 0; mark < marks; ++mark) {
    const Point centre = {draws.uniform(0, kSide), draws.uniform(0, kSide)};
    const double half_length = draws.uniform(0, 4), half_width = draws.uniform(0.5, 1.4);
    const double angle = draws.uniform(0, kPi);
    const Gradient gradient = random_gradient(draws, brightness + draws.uniform(-0.25, 0.25), 0.25);
    const Point along = {std::cos(angle), std::sin(angle)};
    paint(canvas, centre, half_length + half_width, 0.8, gradient, [&](Point p) {
      const double t = std::clamp(p.x * along.x + p.y * along.y, -half_length, half_length);
      return length({p.x - t * along.x, p.y - t * along.y}) < half_width;
    });
  }
}

void paint_shape(Canvas& canvas, Draws& draws, int label, double brightness) {
  const double radius = draws.uniform(6, 12);
  const Point centre = {kSide / 2 + draws.uniform(-4, 4), kSide / 2 + draws.uniform(-4, 4)};
  const double angle = draws.uniform(-0.6, 0.6);
  const Point turn = {std::cos(angle) / radius, std::sin(angle) / radius};
  const auto covers = [&](Point p) {
    return inside(label, {p.x * turn.x + p.y * turn.y, p.y * turn.x - p.x * turn.y});
  };

  // A faint shadow, then the shape.
  const Gradient shadow = {{0, 0, 0}, {0, 0, 0}, {1, 0}};
  paint(canvas, {centre.x + 1.2, centre.y + 1.4}, 1.25 * radius, 0.35, shadow, covers);
  paint(canvas, centre, 1.25 * radius, 1, random_gradient(draws, brightness, 0.3), covers);
}

/// Nearly normal noise: the sum of four bytes has std 147.8.
void write_noisy(const Canvas& canvas, Draws& draws, uint8_t* pixels) {
  for (size_t i = 0; i < canvas.size() * 3; i += 2) {
    uint64_t bits = draws.bits();
    for (size_t j = i; j < i + 2; ++j) {
      double noise = -4 * 127.5;
      for (int byte = 0; byte < 4; ++byte, bits >>= 8) noise += static_cast<double>(bits & 255);
      const double value = canvas[j / 3][j % 3] + kNoise * noise / 147.8;
      pixels[j] = static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    }
  }
}

void draw_image(uint64_t seed, uint64_t split, int64_t index, int label, uint8_t* pixels) {
  Draws draws(Random(seed, kStream | split << 40 | static_cast<uint64_t>(index)));

  // Mostly bright shapes on dark backgrounds, sometimes the reverse.
  const bool bright_shape = draws.uniform(0, 1) < 0.85;
  const double ground_brightness = bright_shape ? draws.uniform(0.15, 0.45) : draws.uniform(0.65, 0.9);
  const double contrast = draws.uniform(0.2, 0.5);
  const double shape_brightness = ground_brightness + (bright_shape ? contrast : -contrast);

  Canvas canvas;
  const Gradient ground = random_gradient(draws, ground_brightness, 0.15);
  for (int64_t i = 0; i < kSide * kSide; ++i) {
    canvas[static_cast<size_t>(i)] = ground.at({static_cast<double>(i % kSide), static_cast<double>(i / kSide)});
  }
  paint_clutter(canvas, draws, ground_brightness);
  paint_shape(canvas, draws, label, shape_brightness);
  write_noisy(canvas, draws, pixels);
}

Dataset draw_split(uint64_t seed, uint64_t split, int64_t count) {
  Dataset dataset;
  dataset.name = "Shapes10 (drawn, seed " + std::to_string(seed) + ")";
  dataset.classes.assign(kClasses.begin(), kClasses.end());
  dataset.height = dataset.width = kSide;
  dataset.pixels.resize(static_cast<size_t>(count * dataset.image_bytes()));
  dataset.labels.resize(static_cast<size_t>(count));

  parallel_for(count, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int label = static_cast<int>(i % 10);
      dataset.labels[static_cast<size_t>(i)] = label;
      draw_image(seed, split, i, label, dataset.pixels.data() + i * dataset.image_bytes());
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
