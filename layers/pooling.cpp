#include "layers/pooling.h"

#include "autograd/ops.h"
#include "layers/fold.h"

namespace onefold {

namespace {

/// "2x2, stride 2, padding 1"
std::string window_text(const Pool2dArgs& args) {
  const std::string side = std::to_string(args.kernel);
  std::string text = side + "x" + side + ", stride " + std::to_string(args.stride);
  if (args.padding != 0) text += ", padding " + std::to_string(args.padding);
  return text;
}

}  // namespace

Variable MaxPool2d::forward(const Variable& x) { return max_pool2d(x, args_); }

std::string MaxPool2d::description() const { return "MaxPool2d " + window_text(args_); }

std::unique_ptr<Module> MaxPool2d::fold() const { return fold_to_copy(*this, args_); }

Variable AvgPool2d::forward(const Variable& x) { return avg_pool2d(x, args_); }

std::string AvgPool2d::description() const { return "AvgPool2d " + window_text(args_); }

std::unique_ptr<Module> AvgPool2d::fold() const { return fold_to_copy(*this, args_); }

Variable GlobalAvgPool::forward(const Variable& x) { return global_avg_pool(x); }

std::unique_ptr<Module> GlobalAvgPool::fold() const { return fold_to_copy(*this); }

}  // namespace onefold
