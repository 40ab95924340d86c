#include "core/annex/window_pooling.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "core/vector_loop.h"

// Legend: images x [N, H, W, C], result y [N, P, Q, C]; a window starts at row top = p stride - padding and column
// left = q stride - padding and may extend beyond the edge; (h, w) is a pixel in it.

namespace onefold {

namespace {

/// The pixels of a window that are in the image: rows [h_begin, h_end), columns [w_begin, w_end). Never empty.
struct Window {
  int64_t top, left, kernel;  // the whole window, including pixels beyond the edge
  int64_t h_begin, h_end, w_begin, w_end;

  Window(int64_t p, int64_t q, const Shape& x, const Pool2dArgs& args)
      : top(p * args.stride - args.padding), left(q * args.stride - args.padding), kernel(args.kernel),
        h_begin(std::max<int64_t>(0, top)), h_end(std::min(x[1], top + kernel)), w_begin(std::max<int64_t>(0, left)),
        w_end(std::min(x[2], left + kernel)) {}

  /// What average pooling multiplies a window's sum by.
  Real share(const Pool2dArgs& args) const {
    const int64_t pixels = args.count_padding ? kernel * kernel : (h_end - h_begin) * (w_end - w_begin);
    return Real{1} / static_cast<Real>(pixels);
  }

  /// A pixel's index in the whole window, row by row.
  int64_t number(int64_t h, int64_t w) const { return (h - top) * kernel + w - left; }
};

/// Calls body(output pixel, window, image) for every output pixel, spread over all threads by their rows (n, p).
template <class Body>
void for_each_window(const Shape& x, const Shape& y, const Pool2dArgs& args, const Body& body) {
  const int64_t rows = y[0] * y[1], row_numbers = y[2] * y[3] * args.kernel * args.kernel;
  parallel_for(rows, rows_per_range(row_numbers), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t n = row / y[1], p = row % y[1];
      for (int64_t q = 0; q < y[2]; ++q) body(row * y[2] + q, Window(p, q, x, args), n);
    }
  });
}

/// Fills dx image by image: body(n, dx of that image), zeroed first on request. Windows overlap, images do not.
template <class Body>
Tensor sum_into_images(const Shape& x_shape, bool zeroed, const Body& body) {
  const int64_t image = x_shape[1] * x_shape[2] * x_shape[3];
  Tensor dx(x_shape);
  parallel_for(x_shape[0], rows_per_range(image), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      Real* dx_image = dx.data() + n * image;
      if (zeroed) std::fill_n(dx_image, image, Real{0});
      body(n, dx_image);
    }
  });
  return dx;
}

void check_images(const char* kernel, const Tensor& x) {
  check(x.defined() && x.shape().rank() == 4, kernel, ": needs images [N, H, W, C], got ",
        x.defined() ? x.shape().text() : "none");
}

void check_gradient(const char* kernel, const Tensor& dy, const Shape& needed) {
  check(dy.defined() && dy.shape() == needed, kernel, ": dy is ", dy.defined() ? dy.shape().text() : "undefined",
        ", it needs the result's shape ", needed);
}

}  // namespace

std::string window_text(const Pool2dArgs& args) {
  const std::string side = std::to_string(args.kernel);
  std::string text = side + "x" + side + ", stride " + std::to_string(args.stride);
  if (args.padding != 0) text += ", padding " + std::to_string(args.padding);
  if (!args.count_padding) text += ", which does not count";
  return text;
}

Shape pool2d_output_shape(const Shape& x, const Pool2dArgs& args) {
  check(x.rank() == 4, "pool2d: needs images [N, H, W, C], got ", x);
  check(args.kernel >= 1 && args.stride >= 1, "pool2d: kernel ", args.kernel, " and stride ", args.stride,
        " must be at least 1");
  check(args.padding >= 0 && args.padding <= args.kernel / 2, "pool2d: padding ", args.padding,
        " must be 0 to half of the kernel ", args.kernel);
  check(x[1] >= 1 && x[2] >= 1 && x[1] + 2 * args.padding >= args.kernel && x[2] + 2 * args.padding >= args.kernel,
        "pool2d: a window of ", args.kernel, " x ", args.kernel, " does not fit images ", x, " with padding ",
        args.padding, "; use a smaller kernel");
  const auto outputs = [&](int64_t extent) { return (extent + 2 * args.padding - args.kernel) / args.stride + 1; };
  return {x[0], outputs(x[1]), outputs(x[2]), x[3]};
}

MaxPoolResult max_pool2d_forward(const Tensor& x, const Pool2dArgs& args) {
  check_images("max_pool2d", x);
  const Shape shape = x.shape(), y_shape = pool2d_output_shape(shape, args);
  const int64_t channels = shape[3];
  check(args.kernel <= 4096, "max_pool2d: a window of ", args.kernel, " rows, expected at most 4096");
  MaxPoolResult result{Tensor(y_shape), Tensor(y_shape)};
  for_each_window(shape, y_shape, args, [&](int64_t pixel, const Window& window, int64_t n) {
    for_each_vector(0, channels, [&](int64_t c, auto lanes) {
      Vec best = broadcast(-std::numeric_limits<Real>::infinity());
      Vec best_place = broadcast(static_cast<Real>(window.number(window.h_begin, window.w_begin)));
      for (int64_t h = window.h_begin; h < window.h_end; ++h) {
        for (int64_t w = window.w_begin; w < window.w_end; ++w) {
          const Vec value = lanes.load(x.data() + ((n * shape[1] + h) * shape[2] + w) * channels + c);
          // A NaN wins and stays: no comparison with it is true.
          const auto wins = (value > best) | (value != value);
          best = wins ? value : best;
          best_place = wins ? broadcast(static_cast<Real>(window.number(h, w))) : best_place;
        }
      }
      lanes.store(result.y.data() + pixel * channels + c, best);
      lanes.store(result.place.data() + pixel * channels + c, best_place);
    });
  });
  return result;
}

Tensor max_pool2d_backward(const Tensor& dy, const Tensor& place, const Shape& x_shape, const Pool2dArgs& args) {
  const Shape y_shape = pool2d_output_shape(x_shape, args);
  check_gradient("max_pool2d_backward", dy, y_shape);
  check(place.shape() == y_shape, "max_pool2d_backward: indices ", place.shape(), ", expected the result's shape ",
        y_shape, "; pass those of the forward pass");
  const int64_t channels = x_shape[3];
  // Windows that tile the image write each element once: no adding, and no zeroing first.
  const bool tiled = args.padding == 0 && args.stride == args.kernel && y_shape[1] * args.stride == x_shape[1] &&
                     y_shape[2] * args.stride == x_shape[2];
  return sum_into_images(x_shape, !tiled, [&](int64_t n, Real* dx) {
    for (int64_t pixel = 0; pixel < y_shape[1] * y_shape[2]; ++pixel) {
      const Window window(pixel / y_shape[2], pixel % y_shape[2], x_shape, args);
      const int64_t from = (n * y_shape[1] * y_shape[2] + pixel) * channels;
      for (int64_t h = window.h_begin; h < window.h_end; ++h) {
        for (int64_t w = window.w_begin; w < window.w_end; ++w) {
          Real* to = dx + (h * x_shape[2] + w) * channels;
          const Vec number = broadcast(static_cast<Real>(window.number(h, w)));
          for_each_vector(0, channels, [=, dy = dy.data() + from, place = place.data() + from](int64_t c, auto lanes) {
            const Vec share = lanes.load(place + c) == number ? lanes.load(dy + c) : Vec{};
            lanes.store(to + c, tiled ? share : lanes.load(to + c) + share);
          });
        }
      }
    }
  });
}

Tensor avg_pool2d_forward(const Tensor& x, const Pool2dArgs& args) {
  check_images("avg_pool2d", x);
  const Shape shape = x.shape();
  const int64_t channels = shape[3];
  Tensor y(pool2d_output_shape(shape, args));
  for_each_window(shape, y.shape(), args, [&](int64_t pixel, const Window& window, int64_t n) {
    const Real share = window.share(args);
    for_each_vector(0, channels, [&](int64_t c, auto lanes) {
      Vec sum{};
      for (int64_t h = window.h_begin; h < window.h_end; ++h) {
        const Real* row = x.data() + (n * shape[1] + h) * shape[2] * channels + c;
        for (int64_t w = window.w_begin; w < window.w_end; ++w) sum += lanes.load(row + w * channels);
      }
      lanes.store(y.data() + pixel * channels + c, share * sum);
    });
  });
  return y;
}

Tensor avg_pool2d_backward(const Tensor& dy, const Shape& x_shape, const Pool2dArgs& args) {
  const Shape y_shape = pool2d_output_shape(x_shape, args);
  check_gradient("avg_pool2d_backward", dy, y_shape);
  const int64_t channels = x_shape[3];
  return sum_into_images(x_shape, true, [&](int64_t n, Real* dx) {
    for (int64_t pixel = 0; pixel < y_shape[1] * y_shape[2]; ++pixel) {
      const Window window(pixel / y_shape[2], pixel % y_shape[2], x_shape, args);
      const Real share = window.share(args);
      const Real* from = dy.data() + (n * y_shape[1] * y_shape[2] + pixel) * channels;
      for (int64_t h = window.h_begin; h < window.h_end; ++h) {
        for (int64_t w = window.w_begin; w < window.w_end; ++w) {
          Real* to = dx + (h * x_shape[2] + w) * channels;
          for_each_vector(0, channels, [=](int64_t c, auto lanes) {
            lanes.store(to + c, lanes.load(to + c) + share * lanes.load(from + c));
          });
        }
      }
    }
  });
}

}  // namespace onefold
